// What stands around every page: theme, notices, and, for all but the pages of signing in, the shell and a person.
import { useEffect, useRef, type RefObject } from 'react'
import { Button, FluentProvider } from '@fluentui/react-components'
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { whoQuery } from '../client/may'
import { Failure, SignedOut } from '../client/rest'
import { elsewhere, signIn, signOut } from '../client/session'
import { useTyped } from '../search/useTyped'
import { Corner } from '../ui/Corner'
import { later } from '../ui/later'
import { Leaving, useLeave } from '../ui/Leaving'
import { Notices } from '../ui/Notices'
import { Page } from '../ui/Page'
import { SearchBox } from '../ui/SearchBox'
import { Shell } from '../ui/Shell'
import { Stale } from '../ui/Stale'
import { Failed } from '../ui/States'
import { failures, words } from '../ui/strings'
import { useLook } from '../ui/theme'
import { isTyping } from '../ui/typing'
import { watchedQuery } from '../ui/watched'
import { anew, isBroken, isLost } from './lost'
import { ways } from './nav'

const Watcher = later(() => import('./Watcher').then(m => m.Watcher), null)

export function Root() {
  const { theme } = useLook()
  return (
    <FluentProvider theme={theme}>
      <Notices><Leaving><Outlet /></Leaving></Notices>
    </FluentProvider>
  )
}

/** Guarded shows pages to people that are signed in, and sends all others to sign in. */
export function Guarded() {
  const who = useQuery(whoQuery)
  const { data: watched } = useQuery(watchedQuery())
  const help = useRef<HTMLDivElement>(null)
  const leave = useLeave()
  useKeys(help)
  useElsewhere(who.data?.id, who.refetch, leave.drop)
  if (!who.data) return who.error && !(who.error instanceof SignedOut) ? <Failed error={who.error} retry={() => void who.refetch()} /> : null
  return (
    <Shell
      ways={ways}
      search={<Search />}
      corner={<Corner name={who.data.name} ways={ways} build={who.data.build} help={help} onSignOut={() => leave.before(() => { leave.drop(); void signOut().finally(() => location.assign('/signed-out')) })} />}
    >
      <Stale />
      {watched.length > 0 && <Watcher watched={watched} />}
      {Object.keys(who.data.actions).length > 0 ? <Outlet /> : <NoRole name={who.data.name} onLook={() => void who.refetch()} />}
    </Shell>
  )
}

/** useElsewhere follows other tabs. Signed out there, this one shows nothing more either; nor does it show to whoever signed in
 * there what somebody else looked at, or typed. A session that only ended takes no page away: something may have been typed in it. */
function useElsewhere(id: string | undefined, ask: () => unknown, drop: () => void) {
  const before = useRef(id)
  useEffect(() => elsewhere(() => { drop(); location.assign('/signed-out') }, () => void ask()), [ask, drop])
  useEffect(() => {
    if (before.current !== undefined && before.current !== id) { drop(); location.assign('/') }
    before.current = id
  }, [id, drop])
}

function Search() {
  const [text, search, follows] = useTyped()
  return <SearchBox text={text} follows={follows} onText={search} />
}

/** NoRole is all that somebody without a role anywhere is shown: the account would answer each page with nothing. */
function NoRole({ name, onLook }: { name: string; onLook: () => void }) {
  return <Page title={words.noRole} about={words.noRoleText(name)}><div><Button onClick={onLook}>{words.lookAgain}</Button></div></Page>
}

/** useKeys: ? for help; g and a letter to go somewhere. */
function useKeys(help: RefObject<HTMLDivElement | null>) {
  const navigate = useNavigate()
  useEffect(() => {
    let before = ''
    const onKey = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return
      if (isTyping(e.target)) return
      if (e.key === '?') help.current?.showPopover()
      if (before === 'g') {
        const to = ways.find(way => way.key === e.key)?.to
        if (to) void navigate({ to })
      }
      before = e.key
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [navigate, help])
}

/** Gone stands at every address that no page has. */
export function Gone() {
  const navigate = useNavigate()
  return <Page title={words.gone} about={words.goneText}><div><Button onClick={() => void navigate({ to: '/' })}>{words.toHome}</Button></div></Page>
}

/** Wrong shows what a page threw. One that could not be loaded it opens anew as soon as the account answers: once by itself. */
export function Wrong({ error }: { error: unknown }) {
  const router = useRouter()
  useEffect(() => { if (isLost(error) && !isBroken()) void anew() }, [error])
  if (isLost(error) && isBroken()) return <Failed error={new Error(failures.partText)} retry={() => void anew()} />
  if (isLost(error)) return <Failed error={new Failure(0, 'Unreachable', '', '')} retry={() => void anew()} />
  return <Failed error={error} retry={() => void router.invalidate()} />
}

/** leave goes to sign in, and comes back here; not from a form, where something may have been typed: there it is said. */
export const leave = () => { if (!document.querySelector('main form')) void signIn(location.pathname + location.search) }
