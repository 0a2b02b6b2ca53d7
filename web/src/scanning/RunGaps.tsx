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
import { words as says } from './runStrings'
import type { RunDetail } from './types'

const counted = 1000 // gaps that the account counts by their reason

export function RunGaps({ run }: { run: RunDetail }) {
  const gaps = useInfiniteQuery(gapsQuery(run))
  return (
    <Shown of={gaps} empty={list => list.length === 0 ? <None run={run} /> : undefined}>
      {list => (
        <>
          {run.gapsByCode.length > 1 && <Card title={says.why}><Facts of={run.gapsByCode.map(c => [spoken(c.code), count(c.count)])} />{run.counts.gaps > counted && <Soft>{says.gapsFirst(count(counted))}</Soft>}</Card>}
          <DataTable
            caption={says.gapsText} rows={list.map((g, i) => ({ ...g, i }))} id={g => String(g.i)}
            columns={[
              { name: says.where, show: g => g.gap.path ? <Mono>{g.gap.path}</Mono> : <Soft>{says.whole}</Soft> },
              { name: says.why, show: g => <>{spoken(g.gap.code)}{g.gap.object && <> (<Mono>{g.gap.object}</Mono>)</>}{(g.gap.count ?? 1) > 1 && ` × ${count(g.gap.count!)}`} {g.gap.state && <Soft>{g.gap.state}</Soft>}</> },
              { name: says.remedy, show: g => g.gap.remedy || <Soft>–</Soft> },
            ]}
          />
          <More of={gaps} shown={list.length} />
          <p><Soft>{says.gapsText}</Soft></p>
        </>
      )}
    </Shown>
  )
}

/** None says what it means that no gap is listed: that nothing was left out, only of a run that came to its end. */
function None({ run }: { run: RunDetail }) {
  if (going(run)) return <Empty title={says.noGapsYet} />
  return run.state === 'Succeeded' ? <Empty icon={<CheckmarkCircle48Regular />} title={says.noGaps}>{says.noGapsText}</Empty> : <Empty title={says.noGapsKnown}>{says.unfinished}</Empty>
}
