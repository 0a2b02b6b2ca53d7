// The states that every page has beside the one it was made for: loading, empty, refused, failed. A page shows what it
// asked for through Shown, so that none of them is forgotten.
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { CloudOff48Regular } from '@fluentui/react-icons/svg/cloud-off'
import { Search48Regular } from '@fluentui/react-icons/svg/search'
import { Prohibited48Regular } from '@fluentui/react-icons/svg/prohibited'
import { Warning48Regular } from '@fluentui/react-icons/svg/warning'
import { Failure, Overtaken, SignedOut } from '../client/rest'
import { Page } from './Page'
import { Link } from './Parts'
import { failures, words } from './strings'

const useStyles = makeStyles({
  box: { display: 'flex', flexDirection: 'column', alignItems: 'center', textAlign: 'center', gap: '8px', padding: '56px 24px', maxWidth: '520px', margin: '0 auto' },
  icon: { color: tokens.colorNeutralForeground3, marginBottom: '4px' },
  title: { fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400, fontWeight: tokens.fontWeightSemibold, margin: 0 },
  text: { color: tokens.colorNeutralForeground2, margin: 0, overflowWrap: 'anywhere', textWrap: 'balance' },
  soft: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, fontFamily: tokens.fontFamilyMonospace },
  actions: { display: 'flex', flexWrap: 'wrap', justifyContent: 'center', gap: '8px', marginTop: '12px' },
  bone: { backgroundColor: tokens.colorNeutralStencil1Alpha, borderRadius: tokens.borderRadiusMedium, height: '20px', marginBottom: '12px' },
  bones: { padding: '8px 0' },
})

interface StateProps {
  icon?: ReactNode
  title: string
  children?: ReactNode
  actions?: ReactNode
}

/** Empty says that there is nothing yet, and what makes something appear. */
export function Empty({ icon, title, children, actions }: StateProps) {
  const s = useStyles()
  return (
    <div className={s.box}>
      <span className={s.icon} aria-hidden>{icon ?? <Search48Regular />}</span>
      <h2 className={s.title}>{title}</h2>
      {children && <p className={s.text}>{children}</p>}
      {actions && <div className={s.actions}>{actions}</div>}
    </div>
  )
}

/** sayFailure is the title and the text for an error; what the account said wins. doing says that it was to do something, not to show it. */
export function sayFailure(error: unknown, doing = false): { title: string; text: string; request: string } {
  if (error instanceof SignedOut) return { title: failures.signedOut, text: doing ? failures.signedOutToDo : failures.signedOutText, request: '' }
  if (error instanceof Overtaken) return { title: failures.overtaken, text: failures.overtakenText, request: '' }
  if (!(error instanceof Failure)) return { title: failures.other, text: error instanceof Error ? error.message : '', request: '' }
  const { status, message, request } = error
  if (status === 0) return { title: failures.unreachable, text: doing ? failures.unreachableToDo : failures.unreachableText, request }
  if (status === 403) return { title: doing ? failures.refusedToDo : failures.refused, text: message || failures.refusedText, request }
  if (status === 404) return { title: failures.missing, text: message || failures.missingText, request }
  if (status === 501) return { title: failures.notYet, text: message, request }
  if (status >= 500) return { title: failures.broken, text: message, request }
  return { title: failures.other, text: message, request }
}

const anew = 5000 // between two looks for an account that is away

/** Failed shows an error: refusal, absence, or what went wrong and the request's id for the operator. Where the account is
 * away it tries again by itself, unless each try is an event elsewhere. */
export function Failed({ error, retry, heals = true }: { error: unknown; retry?: () => void; heals?: boolean }) {
  const s = useStyles()
  const { title, text, request } = sayFailure(error)
  const status = error instanceof Failure ? error.status : -1
  const icon = status === 403 ? <Prohibited48Regular /> : status === 0 ? <CloudOff48Regular /> : status === 404 ? <Search48Regular /> : <Warning48Regular />
  const again = retry && status !== 403 && status !== 404 && status !== 501
  const asking = useRef(retry)
  useEffect(() => { asking.current = retry }, [retry])
  useEffect(() => {
    if (status !== 0 || !heals) return
    const timer = setInterval(() => asking.current?.(), anew)
    return () => clearInterval(timer)
  }, [status, heals])
  return (
    <div className={s.box} role="alert">
      <span className={s.icon} aria-hidden>{icon}</span>
      <h2 className={s.title}>{title}</h2>
      {text && <p className={s.text}>{text[0]!.toUpperCase() + text.slice(1)}</p>}
      {error instanceof SignedOut && <SignInAgain />}
      {request && status >= 500 && <span className={s.soft}>{failures.request(request)}</span>}
      {again && <div className={s.actions}><Button onClick={retry}>{words.retry}</Button></div>}
    </div>
  )
}

/** Refused says which role a page, or a part of it, takes, to somebody who does not have it. */
export const Refused = ({ children }: { children: string }) => <Failed error={new Failure(403, 'Denied', children, '')} />

/** SignInAgain leads to signing in, in another tab: what was typed in this one stays, and goes on from there. */
export const SignInAgain = () => <Link to="/" target="_blank" rel="noopener">{failures.signInAgain}</Link>

const lengths = ['38%', '72%', '64%', '80%', '56%', '68%']

/** Loading holds the place of what is coming, so that nothing jumps. What does not come for long may never: then it says so,
 * and how to ask anew; long is how many milliseconds are long for it. */
export function Loading({ lines = 5, long = 10_000, className }: { lines?: number; long?: number; className?: string }) {
  const s = useStyles()
  return (
    <div className={mergeClasses(s.bones, className)}>
      <div role="status" aria-label={words.loading}>{Array.from({ length: lines }, (_, i) => <div key={i} className={s.bone} style={{ width: lengths[i % lengths.length] }} />)}</div>
      <After ms={long}><span role="status">{words.late}</span> <Button onClick={() => location.reload()}>{words.anew}</Button></After>
    </div>
  )
}

/** After shows what is in it once it has stood there for so many milliseconds: what is said of a wait that is no short one. */
export function After({ ms, children }: { ms: number; children: ReactNode }) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return over && children
}

/** Asked is what Shown takes of a query, of one answer or of pages. A query tells a page only of what the page read of it: a part
 * that is loaded later is handed these three, not the query, for what failed before it came it would never hear of. */
export interface Asked<T> {
  data: T | undefined
  error: Error | null
  refetch: () => unknown
}

interface ShownProps<T> {
  of: Asked<T>
  empty?: (data: T) => ReactNode // what stands there when there is nothing; undefined when there is something
  loading?: ReactNode
  heals?: boolean // of Failed
  children: (data: T) => ReactNode
}

const isAway = (error: Error | null) => error instanceof Failure && error.status === 0

/** Side is a question that a page asks beside what it is about. */
export interface Side extends Asked<unknown> {
  isPending: boolean
  isFetching: boolean
  errorUpdateCount: number
}

/** isComing says of a question that its first answer is on its way. What failed once is not waited for: who shows it says so, also
 * while it is asked anew. */
export const isComing = (q: Pick<Side, 'isPending' | 'errorUpdateCount'>) => q.isPending && q.errorUpdateCount === 0

/** isUnknown says of a question that its answer did not come, and that there is no older one. */
export const isUnknown = (q: Pick<Side, 'data' | 'errorUpdateCount'>) => q.data === undefined && q.errorUpdateCount > 0

/** isGone says of an error that what was asked for may be seen no more, or is gone. */
export const isGone = (error: Error | null) => error instanceof Failure && (error.status === 403 || error.status === 404)

/** isOld says of an answer that stays that newer ones do not come: their last asking failed, or this one more than once. */
export const isOld = (error: Error | null, failures: number) => !isGone(error) && (error !== null || failures > 1)

/** Shown shows a query in whatever state it is. Old data stays while newer is fetched, and when that fails (Stale says so),
 * unless it may be seen no more, or is gone; and so does the news that the account is away while it is looked for. */
export function Shown<T>({ of, empty, loading, heals, children }: ShownProps<T>) {
  const [away, setAway] = useState<Error | null>(null)
  const now = of.data !== undefined ? null : of.error ? (isAway(of.error) ? of.error : null) : away
  if (now !== away) setAway(now)
  if (of.data !== undefined && !isGone(of.error)) return empty?.(of.data) || children(of.data)
  const error = of.error ?? now
  if (error) return <Failed error={error} retry={() => void of.refetch()} {...(heals !== undefined && { heals })} />
  return loading ?? <Loading />
}

/** ShownPage is Shown for what a page as a whole is about: as long as it is not there the page has this title. */
export function ShownPage<T>({ title, ...shown }: ShownProps<T> & { title: string }) {
  if (shown.of.data !== undefined && !isGone(shown.of.error)) return <Shown {...shown} />
  return <Page title={title}><Shown {...shown} /></Page>
}
