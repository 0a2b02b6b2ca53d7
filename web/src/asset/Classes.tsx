// The classifications of an asset or a column: why each is there, giving and taking. What was taken from a rule stays
// taken, and can be given back.
import { useState } from 'react'
import { Button, Input, makeStyles } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useQuery } from '@tanstack/react-query'
import { classNames, type Entity } from '../client/api'
import { classify, declassify, type Target } from '../client/edit'
import { ActButton } from '../ui/ActButton'
import { CopyButton } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Soft, Tag } from '../ui/Parts'
import { words as shared } from '../ui/strings'
import { UnknownSlot } from '../ui/Unknown'
import { classesOf, refusedOf, text } from './model'
import { words } from './strings'
import { useClassify } from './useWrite'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '10px' },
  on: { display: 'flex', flexWrap: 'wrap', gap: '2px 6px', alignItems: 'center' },
  row: { display: 'flex', gap: '8px', alignItems: 'center' },
  input: { flex: 1, minWidth: 0 },
})

interface ClassesProps {
  of: Entity
  asset: string // guid of the page's asset
  target: Target
  may: boolean // may it be written?
}

export function Classes({ of, asset, target, may }: ClassesProps) {
  const s = useStyles()
  const act = useClassify(asset)
  const called = text(of.attributes.name)
  const own = classesOf(of)
  const refused = refusedOf(of)
  const one = (name: string, give: boolean) => act.mutate({ guid: of.guid, name, called, give, target })
  return (
    <div className={s.all}>
      {own.length === 0 && <Soft>{words.noClassifications}</Soft>}
      {own.map(c => (
        <div key={c.name}>
          <div className={s.on}>
            <Tag brand>{c.name}</Tag>
            {may && <ActButton appearance="transparent" size="small" icon={<Dismiss16Regular />} label="" name={words.take(c.name)} title={words.take(c.name)} command={declassify.command(of.guid, c.name, target)} busy={act.isPending} onAct={() => one(c.name, false)} />}
          </div>
          <Soft>{c.because || words.byPerson}</Soft>
        </div>
      ))}
      {refused.map(name => (
        <div key={name} className={s.on}>
          <Soft>{words.refused(name)}</Soft>
          {may && <ActButton appearance="transparent" size="small" label={words.giveBack} name={words.giveBackNamed(name)} command={classify.command(of.guid, name, target)} busy={act.isPending} onAct={() => one(name, true)} />}
        </div>
      ))}
      {may && <Give has={own.map(c => c.name)} busy={act.isPending} list={`classes-${target.column ?? ''}`} commandOf={name => classify.command(of.guid, name, target)} onGive={name => one(name, true)} />}
    </div>
  )
}

interface GiveProps {
  has: string[]
  busy: boolean
  list: string // id of what may be chosen
  commandOf: (name: string) => string
  onGive: (name: string) => void
}

function Give({ has, busy, list, commandOf, onGive }: GiveProps) {
  const s = useStyles()
  const [typed, setTyped] = useState('')
  const known = useQuery(classNames())
  const name = typed.trim()
  useDirty(name !== '', ['find'])
  const give = () => { if (name && !has.includes(name)) onGive(name); setTyped('') }
  return (
    <form className={s.row} onSubmit={e => { e.preventDefault(); give() }}>
      <Input className={s.input} value={typed} list={list} aria-label={words.addClass} placeholder={words.addClass} autoComplete="off" contentAfter={<UnknownSlot of={known} what={words.known} />} onChange={(_, d) => setTyped(d.value)} />
      <datalist id={list}>{known.data?.filter(n => !has.includes(n)).map(n => <option key={n} value={n} />)}</datalist>
      <Button type="submit" disabled={!name || busy}>{words.add}</Button>
      {name && <CopyButton text={commandOf(name)} label={shared.copyCommandOf(words.addClass)} />}
    </form>
  )
}
