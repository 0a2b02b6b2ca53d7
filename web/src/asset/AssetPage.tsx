// The page of an asset: what it is, its columns, what feeds it and is fed by it, and what was done to it.
import { lazy, Suspense } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { entity } from '../client/api'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { Link, Status, Tag } from '../ui/Parts'
import { Failed, Loading } from '../ui/States'
import { iconOf, titleOf } from '../ui/types'
import { HistoryTab } from './HistoryTab'
import { columnsOf, hasColumns, pathOf, text } from './model'
import { OverviewTab } from './OverviewTab'
import { SchemaTab } from './SchemaTab'
import { words } from './strings'

const LineageTab = lazy(() => import('./LineageTab').then(m => ({ default: m.LineageTab })))

type Tab = keyof typeof words.tabs
export interface Address {
  tab?: Tab
  find?: string
  as?: string
}

const useStyles = makeStyles({
  icon: { width: '44px', height: '44px', borderRadius: tokens.borderRadiusMedium, display: 'grid', placeItems: 'center', flexShrink: 0, backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  about: { display: 'flex', flexWrap: 'wrap', gap: '6px 12px', alignItems: 'center', marginTop: '4px' },
  path: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  page: { padding: '24px 32px' },
})

export function AssetPage() {
  const s = useStyles()
  const { guid } = useParams({ strict: false }) as { guid: string }
  const [at, change] = useAddress<Address>()
  const info = useQuery(entity(guid))
  if (!info.data) return info.error ? <Failed error={info.error} retry={() => void info.refetch()} /> : <div className={s.page}><Loading lines={10} /></div>
  const e = info.data.entity
  const name = text(e.attributes.name)
  const columns = columnsOf(info.data)
  const tabs: Tab[] = hasColumns(e) ? ['overview', 'schema', 'lineage', 'history'] : ['overview', 'lineage', 'history']
  const open = tabs.find(t => t === at.tab) ?? 'overview'
  const Icon = iconOf(e.typeName)
  return (
    <DetailPage
      key={guid} full={open === 'lineage'} title={name} icon={<span className={s.icon} aria-hidden><Icon /></span>}
      above={<div className={s.path}><Link to="/search">{words.assets}</Link> › {pathOf(text(e.attributes.qualifiedName)).join(' › ')}</div>}
      about={<div className={s.about}><Tag>{titleOf(e.typeName)}</Tag>{e.status === 'DELETED' && <Status tone="bad">{words.deleted}</Status>}{e.classifications.map(c => <Tag key={c.typeName} brand>{c.typeName}</Tag>)}</div>}
      tabs={tabs.map(key => ({ key, title: words.tabs[key], ...(key === 'schema' ? { count: columns.length } : {}) }))} open={open} onOpen={tab => change({ tab: tab === 'overview' ? undefined : tab, find: undefined, as: undefined })}
    >
      {open === 'overview' && <OverviewTab info={info.data} columns={columns} />}
      {open === 'schema' && <SchemaTab entity={e} columns={columns} find={at.find ?? ''} onFind={find => change({ find: find || undefined }, { replace: true })} />}
      {open === 'lineage' && <Suspense fallback={<Loading />}><LineageTab guid={guid} as={at.as} onAs={as => change({ as })} /></Suspense>}
      {open === 'history' && <HistoryTab guid={guid} />}
    </DetailPage>
  )
}
