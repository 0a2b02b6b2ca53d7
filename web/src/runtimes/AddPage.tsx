// A runtime is added in two steps; then its first node is set up.
import { useState } from 'react'
import { Field, Input } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { addRuntime } from '../client/api'
import { useMay } from '../client/may'
import { useAddress } from '../ui/address'
import { useDirty } from '../ui/Leaving'
import { useNotices } from '../ui/Notices'
import { Card, Facts, Link } from '../ui/Parts'
import { Page } from '../ui/Page'
import { Refused } from '../ui/States'
import { WizardPage } from '../ui/WizardPage'
import { nameProblem } from './state'
import { words } from './strings'

export function AddPage() {
  const [{ step = 'name', name: said = '' }, change] = useAddress<{ step?: string; name?: string }>()
  const [begun] = useState(said)
  const [name, setName] = useState(begun)
  const [description, setDescription] = useState('')
  const release = useDirty(name !== begun || description !== '', ['step', 'name'])
  const may = useMay()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { tell, fail } = useNotices()
  const add = useMutation({
    mutationFn: () => addRuntime(name, description),
    onSuccess: () => {
      tell({ kind: 'done', title: words.added(name), text: words.addedText })
      void queries.invalidateQueries({ queryKey: ['runtimes'] })
      release()
      void navigate({ to: '/runtimes/$name', params: { name }, search: { tab: 'setup' } })
    },
    onError: fail,
  })
  if (!may('runtime/write')) return <Page title={words.addTitle}><Refused>{words.mayNot}</Refused></Page>
  const problem = nameProblem(name)
  return (
    <WizardPage
      title={words.addTitle} above={<Link to="/runtimes">{words.title}</Link>} at={step} onGo={next => change({ step: next })} finish={words.finish} onFinish={() => add.mutate()} busy={add.isPending} command={addRuntime.command(name, description)}
      steps={[{ key: 'name', title: words.steps.name, ready: name !== '' && problem === '' }, { key: 'check', title: words.steps.check, ready: name !== '' && problem === '' }]}
    >
      {step === 'name' ? (
        <>
          <Field label={words.name} hint={words.nameHint} validationMessage={problem || undefined} required><Input value={name} onChange={(_, d) => { setName(d.value); change({ name: d.value || undefined }, { replace: true }) }} autoComplete="off" spellCheck={false} maxLength={63} autoFocus /></Field>
          <Field label={words.description} hint={words.descriptionHint}><Input value={description} onChange={(_, d) => setDescription(d.value)} maxLength={200} /></Field>
        </>
      ) : <Card><Facts of={[[words.name, name], [words.description, description], [words.kind, words.kinds.SelfHosted]]} /></Card>}
    </WizardPage>
  )
}
