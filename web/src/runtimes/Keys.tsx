// The two keys of a runtime. They are asked for when a person wants to see them, and kept nowhere.
import { useRef, useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { listKeys, regenerateKey, runtimeKeys, type Keys as Texts, type KeyState } from '../client/api'
import { Ask } from '../ui/Ask'
import { Command } from '../ui/Command'
import { later } from '../ui/later'
import { useNotices } from '../ui/Notices'
import { Card, Facts, When } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { words as common } from '../ui/strings'
import { words as says } from './keyStrings'
import { words } from './strings'

const KeyLimit = later(() => import('./KeyLimit').then(m => m.KeyLimit), <Loading lines={3} />)

const useStyles = makeStyles({
  keys: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 360px), 1fr))', gap: '16px' },
  text: { margin: 0, color: tokens.colorNeutralForeground2, maxWidth: '720px' },
  key: { marginTop: '12px' },
  row: { display: 'flex', gap: '8px' },
})

const names = ['authKey1', 'authKey2'] as const

export function Keys({ runtime }: { runtime: string }) {
  const s = useStyles()
  const states = useQuery(runtimeKeys(runtime))
  const { fail } = useNotices()
  const [texts, setTexts] = useState<Texts>()
  const show = useMutation({ mutationFn: () => listKeys(runtime), onSuccess: setTexts, onError: fail })
  const renewed = (name: keyof Texts, got: Texts) => setTexts(old => (old ? { ...old, [name]: got[name] } : old))
  return (
    <>
      <p className={s.text}>{words.keysAbout}</p>
      <div className={s.row}>
        {texts ? <Button onClick={() => setTexts(undefined)}>{words.hide}</Button> : <Button disabled={show.isPending} onClick={() => show.mutate()}>{words.show}</Button>}
      </div>
      <Shown of={states} loading={<Loading lines={4} />}>
        {data => (
          <>
            <div className={s.keys}>
              {names.map((name, i) => <Key key={name} runtime={runtime} name={name} number={i + 1} of={data[name]} text={texts?.[name]} onRenewed={got => renewed(name, got)} />)}
            </div>
            <Command title={common.asCommand}>{listKeys.command(runtime)}</Command>
          </>
        )}
      </Shown>
    </>
  )
}

interface KeyProps {
  runtime: string
  name: keyof Texts
  number: number
  of: KeyState
  text: string | null | undefined // where it is shown
  onRenewed: (got: Texts) => void
}

function Key({ runtime, name, number, of, text, onRenewed }: KeyProps) {
  const s = useStyles()
  const [limiting, limit] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { limit(false); setTimeout(() => button.current?.focus()) }
  const renew = async () => onRenewed(await regenerateKey(runtime, name))
  return (
    <Card title={words.key(number)} actions={<><Button ref={button} size="small" aria-label={says.limitOf(number)} onClick={() => limit(true)}>{says.limit}</Button><Ask small label={words.regenerate} title={words.regenerateSure(number)} done={words.regenerated(number)} act={renew} changes={`key ${runtime} ${name}`} command={regenerateKey.command(runtime, name)} stale={['keys', runtime]}>{words.regenerateText}</Ask></>}>
      <Facts of={[
        [words.created, <When key="c" at={of.created} />],
        [words.expires, of.expires ? <When key="e" at={of.expires} /> : words.never],
        [words.enrolled, words.used(of.enrolledNodes, of.maxNodes)],
      ]} />
      {limiting && <KeyLimit runtime={runtime} name={name} of={of} onDone={done} />}
      {text && <div className={s.key}><Command>{text}</Command></div>}
    </Card>
  )
}
