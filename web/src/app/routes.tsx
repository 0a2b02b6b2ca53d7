// All pages: one line each. A page is loaded when it is first gone to, or when the pointer rests on a link to it.
// Addresses must not begin like one of the account's: the server answers those first. Names have no underline: _new is none.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, parseSearchWith, stringifySearchWith } from '@tanstack/react-router'
import { addressOf } from '../search/question'
import { listed, text, whole } from '../ui/address'
import { Gone, Guarded, Root, Wrong } from './Root'
import { lost } from './lost'

const root = createRootRoute({ component: Root })
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Guarded })

/** page is a page that is loaded when it is gone to. */
const page = <T extends Record<string, unknown>>(load: () => Promise<T>, name: keyof T & string) => lazyRouteComponent(() => load().catch(lost), name as never)

const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/welcome', component: page(() => import('../signin/Welcome'), 'Welcome') }),
  createRoute({ getParentRoute: () => root, path: '/signed-in', component: page(() => import('../signin/SignedIn'), 'SignedIn') }),
  createRoute({ getParentRoute: () => root, path: '/signed-out', component: page(() => import('../signin/SignedOut'), 'SignedOut') }),
  shell.addChildren([
    createRoute({ getParentRoute: () => shell, path: '/', component: page(() => import('../home/HomePage'), 'HomePage') }),
    createRoute({ getParentRoute: () => shell, path: '/map', component: page(() => import('../scanning/MapPage'), 'MapPage') }),
    createRoute({ getParentRoute: () => shell, path: '/sources', component: page(() => import('../scanning/SourcesPage'), 'SourcesPage'), validateSearch: s => ({ find: text(s.find) }) }),
    createRoute({
      getParentRoute: () => shell, path: '/sources/_new', component: page(() => import('../scanning/RegisterPage'), 'RegisterPage'),
      validateSearch: s => ({ kind: text(s.kind), step: text(s.step) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/sources/$source', component: page(() => import('../scanning/SourcePage'), 'SourcePage'),
      validateSearch: s => ({ tab: text(s.tab), scan: text(s.scan) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/sources/$source/scan', component: page(() => import('../scanning/ScanPage'), 'ScanPage'),
      validateSearch: s => ({ step: text(s.step), of: text(s.of) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/runs', component: page(() => import('../scanning/RunsPage'), 'RunsPage'),
      validateSearch: s => ({ source: text(s.source), state: text(s.state) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/runs/$run', component: page(() => import('../scanning/RunPage'), 'RunPage'),
      validateSearch: s => ({ tab: text(s.tab), verb: text(s.verb) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/search', component: page(() => import('../search/SearchPage'), 'SearchPage'),
      validateSearch: addressOf,
    }),
    createRoute({
      getParentRoute: () => shell, path: '/asset/$guid', component: page(() => import('../asset/AssetPage'), 'AssetPage'),
      validateSearch: s => ({ tab: text(s.tab), find: text(s.find), as: text(s.as), column: text(s.column), depth: whole(s.depth), way: text(s.way) }),
    }),
    createRoute({ getParentRoute: () => shell, path: '/runtimes', component: page(() => import('../runtimes/RuntimesPage'), 'RuntimesPage'), validateSearch: s => ({ find: text(s.find) }) }),
    createRoute({
      getParentRoute: () => shell, path: '/runtimes/_new', component: page(() => import('../runtimes/AddPage'), 'AddPage'),
      validateSearch: s => ({ step: text(s.step), name: text(s.name) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/runtimes/$name', component: page(() => import('../runtimes/RuntimePage'), 'RuntimePage'),
      validateSearch: s => ({ tab: text(s.tab) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/settings', component: page(() => import('../settings/SettingsPage'), 'SettingsPage'),
      validateSearch: s => ({ tab: text(s.tab), collection: text(s.collection), find: text(s.find) }),
    }),
    createRoute({
      getParentRoute: () => shell, path: '/style', component: page(() => import('../style/StylePage'), 'StylePage'),
      validateSearch: s => ({ tab: text(s.tab), step: text(s.step), as: text(s.as) }),
    }),
    createRoute({ getParentRoute: () => shell, path: '$', component: Gone }),
  ]),
])

export const router = createRouter({ routeTree: routes, parseSearch: parseSearchWith(listed), stringifySearch: stringifySearchWith(JSON.stringify, listed), defaultPreload: 'intent', defaultErrorComponent: Wrong, scrollRestoration: false })
