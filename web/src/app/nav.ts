// The ways of the shell: one line per plane that has a page of its own, with the letter that leads there behind g.
import { Database20Filled, Database20Regular } from '@fluentui/react-icons/svg/database'
import { History20Filled, History20Regular } from '@fluentui/react-icons/svg/history'
import { Home20Filled, Home20Regular } from '@fluentui/react-icons/svg/home'
import { Map20Filled, Map20Regular } from '@fluentui/react-icons/svg/map'
import { Search20Filled, Search20Regular } from '@fluentui/react-icons/svg/search'
import { Server20Filled, Server20Regular } from '@fluentui/react-icons/svg/server'
import { Settings20Filled, Settings20Regular } from '@fluentui/react-icons/svg/settings'
import type { Way } from '../ui/Shell'
import { ways as titles } from '../ui/strings'

export const ways: Way[] = [
  { to: '/', key: 'h', title: titles.home, icon: Home20Regular, iconHere: Home20Filled },
  { to: '/search', key: 'f', title: titles.search, icon: Search20Regular, iconHere: Search20Filled },
  { to: '/map', key: 'm', title: titles.map, icon: Map20Regular, iconHere: Map20Filled },
  { to: '/sources', key: 's', title: titles.sources, icon: Database20Regular, iconHere: Database20Filled },
  { to: '/runs', key: 'u', title: titles.runs, icon: History20Regular, iconHere: History20Filled },
  { to: '/runtimes', key: 'r', title: titles.runtimes, icon: Server20Regular, iconHere: Server20Filled },
  { to: '/settings', key: 't', title: titles.settings, icon: Settings20Regular, iconHere: Settings20Filled, last: true },
]
