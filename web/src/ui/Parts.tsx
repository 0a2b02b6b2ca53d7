// Small parts that pages are made of.
import { Fragment, type ComponentProps, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { createLink } from '@tanstack/react-router'
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Circle16Regular } from '@fluentui/react-icons/svg/circle'
import { Clock16Regular } from '@fluentui/react-icons/svg/clock'
import { ErrorCircle16Filled } from '@fluentui/react-icons/svg/error-circle'
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import { ago, exactTime } from './format'
import { piecesOf } from './names'
import { narrow } from './widths'

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink, fontWeight: tokens.fontWeightRegular, textDecorationLine: 'none', textDecorationThickness: tokens.strokeWidthThin, ':hover': { textDecorationLine: 'underline', color: tokens.colorBrandForegroundLinkHover },
    ':focus-visible': { outlineStyle: 'none', textDecorationLine: 'underline', textDecorationStyle: 'double', textDecorationColor: tokens.colorStrokeFocus2 },
  },
  status: { display: 'inline-flex', alignItems: 'center', gap: '6px', whiteSpace: 'nowrap', verticalAlign: 'bottom', [narrow]: { whiteSpace: 'normal' } },
  good: { color: tokens.colorPaletteGreenForeground1 },
  warn: { color: tokens.colorPaletteDarkOrangeForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  busy: { color: tokens.colorBrandForeground1 },
  idle: { color: tokens.colorNeutralForeground3 },
  card: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, padding: '20px', minWidth: 0, [narrow]: { padding: '16px' } },
  cardHead: { display: 'flex', alignItems: 'center', gap: '8px', flexWrap: 'wrap', marginBottom: '12px' },
  cardTitle: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400, fontWeight: tokens.fontWeightSemibold, flex: '1 1 120px', overflowWrap: 'anywhere' },
  cardActions: { display: 'flex', alignItems: 'center', gap: '8px' },
  facts: { display: 'grid', gridTemplateColumns: 'minmax(96px, max-content) minmax(0, 1fr)', gap: '8px 24px', margin: 0, [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)', gap: '2px' } },
  term: { color: tokens.colorNeutralForeground2 },
  fact: { margin: 0, overflowWrap: 'anywhere', [narrow]: { marginBottom: '10px' } },
  when: { whiteSpace: 'nowrap' },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  soft: { color: tokens.colorNeutralForeground2 },
  tag: { display: 'inline-block', padding: '1px 8px', borderRadius: '11px', fontSize: tokens.fontSizeBase200, lineHeight: '20px', backgroundColor: tokens.colorNeutralBackground4, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  tagBrand: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  key: { display: 'inline-block', minWidth: '20px', padding: '0 6px', boxSizing: 'border-box', textAlign: 'center', border: `1px solid ${tokens.colorNeutralStroke1}`, borderBottomWidth: '2px', borderRadius: tokens.borderRadiusSmall, fontFamily: tokens.fontFamilyBase, fontSize: tokens.fontSizeBase200, lineHeight: '18px', color: tokens.colorNeutralForeground2, backgroundColor: tokens.colorNeutralBackground1 },
})

function Anchor({ className, ...rest }: ComponentProps<'a'>) {
  return <a {...rest} className={mergeClasses(useStyles().link, className)} />
}

/** Link is a link to a page of the portal, in Fluent's look. */
export const Link = createLink(Anchor)

/** useLinkLook is the class of a link. */
export const useLinkLook = () => useStyles().link

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle'

/** Status says a state with a word and a sign; the colour only repeats it. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={useStyles().status}><Sign tone={tone} />{children}</span>
}

/** Sign is the sign of a tone, beside words that say it. */
export function Sign({ tone }: { tone: Tone }) {
  const s = useStyles()
  const icon = { good: <CheckmarkCircle16Filled />, warn: <Warning16Filled />, bad: <ErrorCircle16Filled />, busy: <Clock16Regular />, idle: <Circle16Regular /> }[tone]
  return <span className={mergeClasses(s.status, s[tone])} aria-hidden>{icon}</span>
}

/** Card is a part of a page with a title of its own. */
export function Card({ title, actions, children, className }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }) {
  const s = useStyles()
  return (
    <section className={mergeClasses(s.card, className)}>
      {(title || actions) && <div className={s.cardHead}><h2 className={s.cardTitle}>{title}</h2>{actions && <div className={s.cardActions}>{actions}</div>}</div>}
      {children}
    </section>
  )
}

/** Facts are names and values. Those without a value are left out. */
export function Facts({ of }: { of: [name: string, value: ReactNode][] }) {
  const s = useStyles()
  return (
    <dl className={s.facts}>
      {of.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}><dt className={s.term}>{name}</dt><dd className={s.fact}>{value}</dd></div>
      ))}
    </dl>
  )
}

/** When is a time as people say it; the exact one is its title. */
export function When({ at }: { at: Date | string | number | null | undefined }) {
  const s = useStyles()
  if (at === null || at === undefined) return null
  const date = new Date(at)
  return <time className={s.when} dateTime={date.toISOString()} title={exactTime(date)}>{ago(date)}</time>
}

/** breakable is a long name, which may be broken between its pieces before anywhere else. */
export const breakable = (name: ReactNode) => typeof name === 'string' ? piecesOf(name).map((piece, i) => <Fragment key={i}>{i > 0 && <wbr />}{piece}</Fragment>) : name

export function Mono({ children }: { children: ReactNode }) {
  return <span className={useStyles().mono}>{breakable(children)}</span>
}

export function Soft({ children }: { children: ReactNode }) {
  return <span className={useStyles().soft}>{children}</span>
}

export function Tag({ children, brand, title }: { children: ReactNode; brand?: boolean; title?: string }) {
  const s = useStyles()
  return <span className={mergeClasses(s.tag, brand && s.tagBrand)} title={title}>{breakable(children)}</span>
}

export function Key({ children }: { children: string }) {
  return <kbd className={useStyles().key}>{children}</kbd>
}
