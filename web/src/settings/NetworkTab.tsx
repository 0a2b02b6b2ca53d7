// From where the account may be reached: the rules, what they would do to those who came lately, and who was blocked.
import { useQuery } from '@tanstack/react-query'
import { DataTable } from '../ui/DataTable'
import { Card, Mono, Soft, When } from '../ui/Parts'
import { Empty, isComing, Loading, Shown } from '../ui/States'
import { NetworkForm } from './NetworkForm'
import { most, network, refusals } from './rest'
import { words } from './strings'

export function NetworkTab() {
  const rules = useQuery(network())
  return (
    <>
      <Card title={words.rules}><Shown of={rules} loading={<Loading lines={6} />}>{n => <NetworkForm of={n} />}</Shown></Card>
      {!isComing(rules) && <Card title={words.blocked}><Blocked /></Card>}
    </>
  )
}

function Blocked() {
  const lately = useQuery(refusals())
  return (
    <Shown of={lately} loading={<Loading lines={3} />} empty={list => list.length === 0 && <Empty title={words.nobodyBlocked}>{words.nobodyBlockedText}</Empty>}>
      {list => (
        <>
          <DataTable
            caption={words.blocked} rows={list.map((r, i) => ({ ...r, i }))} id={r => String(r.i)}
            columns={[
              { name: words.when, show: r => <When at={r.at} /> },
              { name: words.from, show: r => <Mono>{r.peer}</Mono> },
              { name: words.door, show: r => words.doors[r.door] ?? r.door },
              { name: words.why, show: r => r.reason },
            ]}
          />
          <Soft>{words.blockedText}{list.length >= most && ` ${words.newest(most)}`}</Soft>
        </>
      )}
    </Shown>
  )
}
