// The account itself: its name, where it is reached, and what is kept how long.
import { useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { still } from '../client/rest'
import { CopyButton } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Card, Facts, Mono, When } from '../ui/Parts'
import { isComing, Loading, Shown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { account, getAccount, renameAccount, retention, type Account } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  form: { display: 'flex', gap: '12px', alignItems: 'end', flexWrap: 'wrap', marginBottom: '20px' },
  name: { flex: '0 1 360px' },
})

export function AccountTab() {
  const one = useQuery(account())
  const kept = useQuery(retention())
  return (
    <>
      <Shown of={one} loading={<Card><Loading lines={5} /></Card>}>{a => <Named key={a.properties.friendlyName} of={a} />}</Shown>
      {!isComing(one) && <Card title={words.kept}>
        <Shown of={kept} loading={<Loading lines={4} />}>
          {k => (
            <Facts of={[
              [words.keptPeople, words.forEver], [words.keptChanges, words.days(k.scannedChangesDays)], [words.keptMeasures, words.days(k.measuresDays)],
              [words.keptRuns, words.days(k.endedRunsDays)], [words.keptDeleted, words.days(k.deletedAssetsDays)],
            ]} />
          )}
        </Shown>
      </Card>}
    </>
  )
}

function Named({ of: a }: { of: Account }) {
  const s = useStyles()
  const writes = useMay()('collection/write', 'root')
  const act = useAct(['account'])
  const was = a.properties.friendlyName
  const [name, setName] = useState(was)
  const ready = name.trim() !== '' && name !== was && !act.busy
  useDirty(name !== was)
  const rename = (to: string, back: string) => ({ about: 'account', run: () => renameAccount(to), said: words.accountRenamed(to), undo: { run: async () => { await still(() => getAccount(), now => now.properties.friendlyName === to); return renameAccount(back) }, said: words.accountRenamed(back) } })
  return (
    <Card title={words.tabs.account}>
      {writes && (
        <form className={s.form} onSubmit={e => { e.preventDefault(); if (ready) act.go(rename(name.trim(), was)) }}>
          <Field className={s.name} label={words.name}><Input value={name} maxLength={200} onChange={(_, d) => setName(d.value)} /></Field>
          <Button type="submit" disabled={!ready}>{shared.save}</Button>
          {ready && <CopyButton text={renameAccount.command(name.trim())} label={shared.copyCommandOf(shared.save)} />}
        </form>
      )}
      <Facts of={[
        [words.name, writes ? '' : was],
        [words.accountId, <Mono key="i">{a.id.replace('/accounts/', '')}</Mono>],
        [words.since, a.properties.createdAt && <When key="c" at={a.properties.createdAt} />],
        [words.publicAccess, words.publicAccessIs[a.properties.publicNetworkAccess]],
        ...Object.entries(a.properties.endpoints).map(([plane, url]): [string, React.ReactNode] => [words.endpoint(plane), <Mono key={plane}>{url}</Mono>]),
      ]} />
    </Card>
  )
}
