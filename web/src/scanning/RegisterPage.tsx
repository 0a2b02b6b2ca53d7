// Registering a source: what it is, where it is, and a look before it is done. The form is the connector's.
import { useState } from 'react'
import { Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAddress } from '../ui/address'
import { useNotices } from '../ui/Notices'
import { Card, Facts } from '../ui/Parts'
import { quote } from '../ui/quote'
import { sayFailure, ShownPage } from '../ui/States'
import { WizardPage } from '../ui/WizardPage'
import { complete, Fields, nameProblem, properties, type Values } from './Fields'
import { KindCards } from './KindCards'
import { Refusal } from '../ui/Refusal'
import { collectionsQuery, kindsQuery, putSource, sourcesQuery } from './rest'
import { words } from './strings'
import type { Kind } from './types'

interface Address {
  step?: string
  kind?: string
}

export function RegisterPage() {
  const kinds = useQuery(kindsQuery())
  return <ShownPage title={words.register} of={kinds}>{list => <Register kinds={list} />}</ShownPage>
}

function Register({ kinds }: { kinds: Kind[] }) {
  const [{ step = 'kind', kind: chosen }, go] = useAddress<Address>()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { tell } = useNotices()
  const sources = useQuery(sourcesQuery())
  const collections = useQuery(collectionsQuery())
  const [name, setName] = useState('')
  const [collection, setCollection] = useState('root')
  const [authority, setAuthority] = useState('')
  const [values, setValues] = useState<Values>({})
  const kind = kinds.find(k => k.name === chosen)
  const fields = kind?.settings ?? []
  const problem = nameProblem(name, sources.data?.map(s => s.name) ?? [])

  const register = useMutation({
    mutationFn: () => putSource(name, kind!.name, {
      ...properties(fields, values), ...(authority && { purlieuAuthority: authority }), collection: { referenceName: collection, type: 'CollectionReference' },
    }),
    onSuccess: async () => {
      tell({ kind: 'done', title: words.registeredNotice(name), text: words.registeredText })
      await client.invalidateQueries({ queryKey: ['list', '/scan/datasources'] })
      void navigate({ to: `/sources/${encodeURIComponent(name)}/scan` })
    },
    onError: error => { const { title, text } = sayFailure(error); tell({ kind: 'failed', title, text }) },
  })

  const settled = !!kind && name !== '' && problem === '' && complete(fields, values)
  const steps = [
    { key: 'kind', title: words.registerSteps.kind, ready: !!kind },
    { key: 'settings', title: words.registerSteps.settings, ready: settled },
    { key: 'review', title: words.registerSteps.review, ready: settled },
  ]
  const at = steps.some(s => s.key === step) && (step !== 'review' || settled) && (step === 'kind' || kind) ? step : kind ? 'settings' : 'kind'
  return (
    <WizardPage
      title={words.register} about={words.registerAbout} steps={steps} at={at} onGo={next => go({ step: next })}
      finish={words.registerDone} onFinish={() => register.mutate()} busy={register.isPending}
      {...(kind && { command: command(kind, name, collection, authority, values) })}
    >
      {at === 'kind' && <KindCards kinds={kinds} chosen={chosen} onChoose={k => { setValues({}); go({ kind: k, step: 'settings' }) }} />}
      {at === 'settings' && kind && (
        <>
          <Field label={words.sourceName} hint={words.sourceNameHint} required {...(problem && { validationMessage: problem })}>
            <Input value={name} onChange={(_, d) => setName(d.value)} placeholder="sales" autoFocus />
          </Field>
          <Fields of={fields} values={values} onChange={(n, v) => setValues(old => ({ ...old, [n]: v }))} />
          <Field label={words.authorityField} hint={words.authorityHint}>
            <Input value={authority} onChange={(_, d) => setAuthority(d.value)} />
          </Field>
          <Field label={words.collection}>
            <Select value={collection} onChange={(_, d) => setCollection(d.value)}>
              {(collections.data ?? [{ name: 'root', friendlyName: 'root' }]).map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
            </Select>
          </Field>
        </>
      )}
      {at === 'review' && kind && (
        <>
          <Refusal error={register.error} />
          <Card>
            <Facts of={[
              [words.name, name], [words.kind, kind.title],
              ...fields.map((f): [string, string | undefined] => [f.title, values[f.name] || f.default]),
              [words.authority, authority], [words.collection, collections.data?.find(c => c.name === collection)?.friendlyName ?? collection],
            ]} />
          </Card>
        </>
      )}
    </WizardPage>
  )
}

function command(kind: Kind, name: string, collection: string, authority: string, values: Values): string {
  const set = Object.entries(values).filter(([, v]) => v.trim() !== '').map(([k, v]) => ` --set ${quote(`${k}=${v.trim()}`)}`).join('')
  return `purlieu source add ${quote(kind.name)} ${quote(name)}${set}${collection === 'root' ? '' : ` --collection ${quote(collection)}`}${authority && ` --authority ${quote(authority)}`}`
}
