// What stands in the place of an answer that a page asks for beside what it is about, where that answer did not come: that it
// is not known, and a way to ask anew. It is one line of text, in a line that is there anyway, so that nothing moves.
import type { ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { ArrowClockwise16Regular } from '@fluentui/react-icons/svg/arrow-clockwise'
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import { Failure } from '../client/rest'
import { useLinkLook } from './Parts'
import { isUnknown, sayFailure, type Side } from './States'
import { words } from './strings'

const useStyles = makeStyles({
  ask: { display: 'inline-flex', alignItems: 'center', gap: '6px', padding: 0, border: 'none', background: 'none', font: 'inherit', lineHeight: 'inherit', textAlign: 'left', cursor: 'pointer', verticalAlign: 'bottom', '[aria-disabled=true]': { cursor: 'default', opacity: 0.6 } },
  sign: { display: 'inline-flex', flexShrink: 0, color: tokens.colorPaletteDarkOrangeForeground1 },
  beside: { marginLeft: '6px' },
  slot: { display: 'inline-flex', width: '16px', height: '16px', verticalAlign: 'text-bottom' },
})

interface UnknownProps {
  of: Side
  what: string // is not known
  children?: ReactNode // what is said instead, such as an id in the place of a name
}

/** Unknown shows what is said instead of an answer. As long as the answer may come, or where it is there, that is all; else it
 * says that it is not known. */
export function Unknown({ of, what, children }: UnknownProps) {
  const s = useStyles()
  const link = useLinkLook()
  if (!isUnknown(of)) return children
  const { title, text } = sayFailure(of.error)
  const refused = of.error instanceof Failure && of.error.status === 403
  const why = of.error ? [title, text].filter(Boolean).join(': ') : ''
  return (
    <>
      {children}
      <button
        type="button" className={mergeClasses(s.ask, link, !!children && s.beside)} aria-disabled={of.isFetching || refused} title={why || words.unknown(what)} aria-label={refused ? words.unseen(what) : words.unknownOf(what)}
        onClick={e => { e.preventDefault(); if (!of.isFetching && !refused) of.refetch() }}
      >
        <span className={s.sign} aria-hidden>{children === undefined ? <Warning16Filled /> : <ArrowClockwise16Regular />}</span>
        {children === undefined && (refused ? words.unseenShort : words.unknownShort)}
      </button>
    </>
  )
}

/** UnknownSlot stands behind what is there anyway: the end of a field whose proposals may not come, a title. It has its room from the beginning. */
export function UnknownSlot({ of, what }: { of: Side; what: string }) {
  const s = useStyles()
  return <span className={s.slot}>{isUnknown(of) && <Unknown of={of} what={what}>{null}</Unknown>}</span>
}
