// The hits: name, where it stands, what it is. Each is one link.
import { memo, useDeferredValue } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { Hit } from '../client/api'
import { Tag, useLinkLook, When } from '../ui/Parts'
import { grounds } from '../ui/theme'
import { decoded } from '../ui/names'
import { iconOf, titleOf } from '../ui/types'
import { usePlainLinks } from '../ui/usePlainLinks'
import { narrow } from '../ui/widths'
import { useSteps } from './steps'
import { words } from './strings'

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, overflow: 'hidden', isolation: 'isolate' },
  hit: { display: 'grid', gridTemplateColumns: '20px minmax(0, 1fr) max-content', gap: '4px 14px', alignItems: 'start', padding: '12px 16px', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ':last-child': { borderBottom: 'none' }, ':hover': { backgroundColor: grounds.hover } },
  icon: { color: tokens.colorNeutralForeground3, paddingTop: '1px' },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  where: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  why: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  about: { marginTop: '2px', color: tokens.colorNeutralForeground2, overflow: 'hidden', display: '-webkit-box', WebkitLineClamp: 2, WebkitBoxOrient: 'vertical' },
  tags: { display: 'flex', flexWrap: 'wrap', gap: '4px', marginTop: '6px', ':empty': { display: 'none' } },
  side: { textAlign: 'right', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, whiteSpace: 'nowrap', [narrow]: { display: 'none' } },
})

const inSight = 12 // hits that a window shows at first

/** HitList is drawn anew when the hits are others: those in sight at once, the rest right behind, unless others come first. */
export const HitList = memo(function HitList({ hits }: { hits: Hit[] }) {
  const s = useStyles()
  const links = usePlainLinks()
  const steps = useSteps()
  const drawn = useDeferredValue(hits)
  return <ul className={s.list} {...links} {...steps}>{(drawn === hits ? hits : hits.slice(0, inSight)).map(h => <Row key={h.id} hit={h} />)}</ul>
})

/** Row is drawn anew when it would look different: most hits of a word are hits of its beginning, too. */
const Row = memo(function Row({ hit: h }: { hit: Hit }) {
  const s = useStyles()
  const link = useLinkLook()
  const Icon = iconOf(h.entityType)
  const why = whyOf(h)
  return (
    <li className={s.hit}>
      <Icon className={s.icon} aria-hidden />
      <div>
        <a className={mergeClasses(link, s.name)} href={`/asset/${encodeURIComponent(h.id)}`}>{h.name}</a>
        <div className={s.where}>{whereOf(h)}</div>
        {why && <div className={s.why} title={why}>{why}</div>}
        {h.description && <div className={s.about}>{h.description}</div>}
        <div className={s.tags}>{h.classification?.map(c => <Tag key={c} brand>{c}</Tag>)}</div>
      </div>
      <div className={s.side}><div>{titleOf(h.entityType)}</div><When at={h.updateTime} /></div>
    </li>
  )
}, (a, b) => looks.every(look => String(a.hit[look]) === String(b.hit[look])) && whyOf(a.hit) === whyOf(b.hit))

const looks = ['name', 'qualifiedName', 'purlieuSource', 'description', 'entityType', 'classification', 'updateTime'] as const

/** whyOf says in which columns the words were found, where they are not in what a row shows anyway. */
export function whyOf({ '@search.highlights': found }: Pick<Hit, '@search.highlights'>): string {
  if (!found || found.name || found.description) return ''
  if (found.purlieuColumns) return words.inColumns(found.purlieuColumns.map(plain))
  return found.purlieuDescribedColumns ? words.inDescribed(found.purlieuDescribedColumns) : ''
}

/** plain is a text without the marks around what matched. */
const plain = (text: string) => text.replace(/<\/?em>/g, '')

/** whereOf is the qualified name without the asset's own: the source, then the names above it. */
export function whereOf(h: Pick<Hit, 'qualifiedName' | 'purlieuSource'>): string {
  const path = h.qualifiedName.replace(/^[a-z0-9+.-]+:\/\//i, '').split('/')
  const above = path.slice(1, -1).map(decoded)
  return [h.purlieuSource || path[0], ...above].filter(Boolean).join(' › ')
}
