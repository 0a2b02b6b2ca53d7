// What a run could not read: where, why, and what helps.
import { CheckmarkCircle48Regular } from '@fluentui/react-icons/svg/checkmark-circle'
import { useInfiniteQuery } from '@tanstack/react-query'
import { DataTable } from '../ui/DataTable'
import { count } from '../ui/format'
import { More } from '../ui/More'
import { Card, Facts, Mono, Soft } from '../ui/Parts'
import { Empty, Shown } from '../ui/States'
import { gapsQuery, going } from './rest'
import { spoken } from './spoken'
import { words } from './strings'
import type { RunDetail } from './types'

const counted = 1000 // gaps that the account counts by their reason

export function RunGaps({ run }: { run: RunDetail }) {
  const gaps = useInfiniteQuery(gapsQuery(run))
  const none = going(run) ? undefined : words.noGapsText
  return (
    <Shown of={gaps} empty={list => list.length === 0 ? <Empty icon={<CheckmarkCircle48Regular />} title={words.noGaps}>{none}</Empty> : undefined}>
      {list => (
        <>
          {run.gapsByCode.length > 1 && <Card title={words.why}><Facts of={run.gapsByCode.map(c => [spoken(c.code), count(c.count)])} />{run.counts.gaps > counted && <Soft>{words.gapsFirst(count(counted))}</Soft>}</Card>}
          <DataTable
            caption={words.gapsText} rows={list.map((g, i) => ({ ...g, i }))} id={g => String(g.i)}
            columns={[
              { name: words.where, show: g => g.gap.path ? <Mono>{g.gap.path}</Mono> : <Soft>{words.whole}</Soft> },
              { name: words.why, show: g => <>{spoken(g.gap.code)}{g.gap.object && <> (<Mono>{g.gap.object}</Mono>)</>}{(g.gap.count ?? 1) > 1 && ` × ${count(g.gap.count!)}`} {g.gap.state && <Soft>{g.gap.state}</Soft>}</> },
              { name: words.remedy, show: g => g.gap.remedy || <Soft>–</Soft> },
            ]}
          />
          <More of={gaps} shown={list.length} />
          <p><Soft>{words.gapsText}</Soft></p>
        </>
      )}
    </Shown>
  )
}
