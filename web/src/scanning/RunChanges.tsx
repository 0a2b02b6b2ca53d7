// What a run changed in the map, asset by asset.
import { Button, Field, makeStyles, Select } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useAddress } from '../ui/address'
import { DataTable } from '../ui/DataTable'
import { More } from '../ui/More'
import { Link, Soft, Status, Tag, type Tone } from '../ui/Parts'
import { Empty, Shown } from '../ui/States'
import { titleOf } from '../ui/types'
import { changesQuery, going } from './rest'
import { words as says } from './runStrings'
import { words } from './strings'
import type { Changed, Run } from './types'

type Verb = Changed['change']['verb']

const tones: Record<Verb, Tone> = { created: 'good', updated: 'busy', deleted: 'warn', revived: 'good', renamed: 'busy', restored: 'good' }

const useStyles = makeStyles({ which: { maxWidth: '420px' } })

export function RunChanges({ run }: { run: Run }) {
  const s = useStyles()
  const [{ verb }, change] = useAddress<{ verb?: string }>()
  const changes = useInfiniteQuery(changesQuery(run, verb))
  return (
    <>
      <Field className={s.which} label={says.change} orientation="horizontal">
        <Select value={verb ?? ''} onChange={(_, d) => change({ verb: d.value || undefined } as { verb?: string })}>
          <option value="">{says.anyChange}</option>
          {(Object.keys(says.verbs) as Verb[]).map(v => <option key={v} value={v}>{says.verbs[v]}</option>)}
        </Select>
      </Field>
      <Shown of={changes} empty={list => list.length === 0 ? <None run={run} verb={verb} onAll={() => change({ verb: undefined } as { verb?: string })} /> : undefined}>
        {list => (
          <>
            <DataTable
              caption={says.runSides.changes} rows={list} id={c => `${c.asset.guid} ${c.change.version}`}
              columns={[
                { name: words.name, show: c => <Link to={`/asset/${c.asset.guid}`}>{c.asset.name}</Link> },
                { name: says.type, show: c => <Tag>{titleOf(c.asset.type)}</Tag> },
                { name: says.change, show: c => <Status tone={tones[c.change.verb]}>{says.verbs[c.change.verb]}</Status> },
                { name: says.differences, show: c => told(c) || <Soft>–</Soft> },
              ]}
            />
            <More of={changes} shown={list.length} />
          </>
        )}
      </Shown>
    </>
  )
}

/** None says what it means that no change is listed: where only some kinds are asked for, that there is none of these; and only
 * of a run that came to its end, that the source is as it was. */
function None({ run, verb, onAll }: { run: Run; verb: string | undefined; onAll: () => void }) {
  if (verb) return <Empty title={says.noSuchChange} actions={<Button onClick={onAll}>{says.allChanges}</Button>}>{says.noSuchChangeText(says.verbs[verb as Verb] ?? verb)}</Empty>
  if (going(run)) return <Empty title={says.noChangesYet} />
  return run.state === 'Succeeded' ? <Empty title={says.noChanges}>{says.noChangesText}</Empty> : <Empty title={says.noChangesKnown}>{says.unfinished}</Empty>
}

const mostNamed = 4

/** told names the first differences. */
function told(c: Changed): string {
  const all = c.change.differences ?? []
  const named = all.slice(0, mostNamed).map(d => (d.name ? `${d.what} ${d.name}` : d.what)).join(', ')
  return all.length > mostNamed ? `${named}, +${all.length - mostNamed}` : named
}
