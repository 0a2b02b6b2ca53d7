// The history: every run of every scan that the reader may see.
import { Button, Field, makeStyles, Select } from '@fluentui/react-components'
import { History48Regular } from '@fluentui/react-icons/svg/history'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { useAddress } from '../ui/address'
import { ListPage } from '../ui/ListPage'
import { More } from '../ui/More'
import { Empty, isUnknown, Refused, Shown } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { runsQuery, sourcesQuery } from './rest'
import { RunsTable } from './RunsTable'
import { runStates } from '../ui/strings'
import { words } from './strings'
import type { Run } from './types'

const useStyles = makeStyles({
  narrow: { display: 'flex', flexWrap: 'wrap', gap: '8px 16px', marginBottom: '16px', '& > *': { flex: '1 1 160px', maxWidth: '280px' } },
  unknown: { alignSelf: 'end', paddingBottom: '6px' }, // beside the fields, below their labels
})

interface Address {
  source?: string
  state?: string
}

export function RunsPage() {
  const may = useMay()
  return may('scan/read') ? <Runs /> : <ListPage title={words.runs} about={words.runsAbout}><Refused>{words.mayNotRuns}</Refused></ListPage>
}

function Runs() {
  const s = useStyles()
  const [{ source, state }, change] = useAddress<Address>()
  const runs = useInfiniteQuery(runsQuery({ ...(source && { source }), ...(state && { state }) }))
  const sources = useQuery(sourcesQuery())
  const narrow = (
    <div className={s.narrow}>
      <Field label={words.source}>
        <Select value={source ?? ''} onChange={(_, d) => change({ source: d.value || undefined } as Address)}>
          <option value="">{words.anySource}</option>
          {(sources.data ?? []).map(s => <option key={s.name}>{s.name}</option>)}
          {source && !sources.data?.some(s => s.name === source) && <option>{source}</option>}
        </Select>
      </Field>
      <Field label={words.state}>
        <Select value={state ?? ''} onChange={(_, d) => change({ state: d.value || undefined } as Address)}>
          <option value="">{words.anyState}</option>
          {(Object.keys(runStates) as Run['state'][]).map(k => <option key={k} value={k}>{runStates[k]}</option>)}
        </Select>
      </Field>
      {isUnknown(sources) && <div className={s.unknown}><Unknown of={sources} what={words.sources} /></div>}
    </div>
  )
  const none = source || state
    ? <Empty icon={<History48Regular />} title={words.noRunsFound} actions={<Button onClick={() => change({ source: undefined, state: undefined } as Address)}>{words.allRuns}</Button>}>{words.noRunsFoundText}</Empty>
    : <Empty icon={<History48Regular />} title={words.noRuns}>{words.noRunsText}</Empty>
  return (
    <ListPage title={words.runs} about={words.runsAbout}>
      {narrow}
      <Shown of={runs} empty={list => list.length === 0 ? none : undefined}>
        {list => <><RunsTable runs={list} /><More of={runs} shown={list.length} /></>}
      </Shown>
    </ListPage>
  )
}
