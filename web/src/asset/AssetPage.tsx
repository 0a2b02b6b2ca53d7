// The page of an asset: what it is, its columns, what feeds it and is fed by it, and what was done to it.
import { makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { entity, origin } from '../client/api'
import { restoreAsset } from '../client/edit'
import { useMay } from '../client/may'
import { ActButton } from '../ui/ActButton'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { Status, Tag } from '../ui/Parts'
import { Loading, ShownPage } from '../ui/States'
import { iconOf, titleOf } from '../ui/types'
import { useAct } from '../ui/useAct'
import { Crumbs } from './Crumbs'
import { DeleteAsset } from './DeleteAsset'
import type { LineageAddress } from './LineageTab'
import { columnsOf, hasColumns, text } from './model'
import { OverviewTab } from './OverviewTab'
import { words } from './strings'

const HistoryTab = later(() => import('./HistoryTab').then(m => m.HistoryTab))
const SchemaTab = later(() => import('./SchemaTab').then(m => m.SchemaTab))
const LineageTab = later(() => import('./LineageTab').then(m => m.LineageTab))
const early = { overview: undefined, schema: [SchemaTab.early], lineage: [LineageTab.early], history: [HistoryTab.early] }

type Tab = keyof typeof words.tabs
export interface Address extends LineageAddress {
  tab?: Tab
  find?: string
  column?: string
}

const useStyles = makeStyles({
  icon: { width: '44px', height: '44px', borderRadius: tokens.borderRadiusMedium, display: 'grid', placeItems: 'center', flexShrink: 0, backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  about: { display: 'flex', flexWrap: 'wrap', gap: '6px 12px', alignItems: 'center', marginTop: '4px' },
})

export function AssetPage() {
  const s = useStyles()
  const { guid } = useParams({ strict: false }) as { guid: string }
  const [at, change] = useAddress<Address>()
  useEarly(early[at.tab ?? 'overview'])
  const info = useQuery(entity(guid))
  const from = useQuery(origin(guid))
  const may = useMay()
  if (!info.data) return <ShownPage title={words.asset} of={info} loading={<Loading lines={10} />}>{() => null}</ShownPage>
  const e = info.data.entity
  const name = text(e.attributes.name)
  const columns = columnsOf(info.data)
  const tabs: Tab[] = hasColumns(e) ? ['overview', 'schema', 'lineage', 'history'] : ['overview', 'lineage', 'history']
  const open = tabs.find(t => t === at.tab) ?? 'overview'
  const Icon = iconOf(e.typeName)
  const writes = may('data/write', e.collectionId) && e.status !== 'DELETED'
  return (
    <DetailPage
      key={guid} tall={open === 'lineage'} title={name} icon={<span className={s.icon} aria-hidden><Icon /></span>}
      above={<Crumbs of={text(e.attributes.qualifiedName)} origin={from.data} />}
      about={<div className={s.about}><Tag>{titleOf(e.typeName)}</Tag>{e.status === 'DELETED' && <Status tone="bad">{words.deleted}</Status>}{e.classifications.map(c => <Tag key={c.typeName} brand>{c.typeName}</Tag>)}</div>}
      actions={writes ? <DeleteAsset guid={guid} name={name} /> : e.status === 'DELETED' && may('data/write', e.collectionId) && <Restore guid={guid} name={name} />}
      tabs={tabs.map(key => ({ key, title: words.tabs[key], ...(key === 'schema' ? { count: columns.length } : {}) }))} open={open} onOpen={tab => change({ tab: tab === 'overview' ? undefined : tab, find: undefined, as: undefined, column: undefined, depth: undefined, way: undefined })}
    >
      {open === 'overview' && <OverviewTab entity={e} columns={columns} may={writes} />}
      {open === 'schema' && <SchemaTab entity={e} columns={columns} may={writes} find={at.find ?? ''} onFind={find => change({ find: find || undefined }, { replace: true })} column={at.column} onColumn={column => change({ column }, { replace: true })} />}
      {open === 'lineage' && <LineageTab guid={guid} name={text(e.attributes.qualifiedName)} at={at} onChange={change} />}
      {open === 'history' && <HistoryTab guid={guid} />}
    </DetailPage>
  )
}

/** Restore brings a deleted asset back, with what people wrote about it. */
function Restore({ guid, name }: { guid: string; name: string }) {
  const act = useAct(entity(guid).queryKey, ['history', guid])
  return <ActButton label={words.restore} command={restoreAsset.command(guid)} busy={act.busy} onAct={() => act.go({ run: () => restoreAsset(guid), said: words.restored(name) })} />
}
