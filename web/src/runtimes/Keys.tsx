// The two keys of a runtime. They are asked for when a person wants to see them, and kept nowhere.
import { lazy, Suspense, useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { listKeys, regenerateKey, runtimeKeys, type Keys as Texts } from '../client/api'
import { Ask } from '../ui/Ask'
import { Command } from '../ui/Command'
import { useNotices } from '../ui/Notices'
import { Card, Facts, When } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { words as common } from '../ui/strings'
import { words as says } from './keyStrings'
import { words } from './strings'

const KeyLimit = lazy(() => import('./KeyLimit').then(m => ({ default: m.KeyLimit })))

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
  const [limiting, limit] = useState<keyof Texts>()
  const show = useMutation({ mutationFn: () => listKeys(runtime), onSuccess: setTexts, onError: fail })
  const renew = async (key: keyof Texts) => {
    const got = await regenerateKey(runtime, key)
    setTexts(old => (old ? { ...old, [key]: got[key] } : old))
  }
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
              {names.map((name, i) => (
                <Card key={name} title={words.key(i + 1)} actions={<><Button size="small" aria-label={says.limitOf(i + 1)} onClick={() => limit(name)}>{says.limit}</Button><Ask small label={words.regenerate} title={words.regenerateSure(i + 1)} done={words.regenerated} act={() => renew(name)} changes={`key ${runtime} ${name}`} command={regenerateKey.command(runtime, name)} stale={['keys', runtime]}>{words.regenerateText}</Ask></>}>
                  <Facts of={[
                    [words.created, <When key="c" at={data[name].created} />],
                    [words.expires, data[name].expires ? <When key="e" at={data[name].expires} /> : words.never],
                    [words.enrolled, words.used(data[name].enrolledNodes, data[name].maxNodes)],
                  ]} />
                  {limiting === name && <Suspense fallback={<Loading lines={3} />}><KeyLimit runtime={runtime} name={name} of={data[name]} onDone={() => limit(undefined)} /></Suspense>}
                  {texts?.[name] && <div className={s.key}><Command>{texts[name]}</Command></div>}
                </Card>
              ))}
            </div>
            <Command title={common.asCommand}>{listKeys.command(runtime)}</Command>
          </>
        )}
      </Shown>
    </>
  )
}
