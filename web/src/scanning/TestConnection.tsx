// A connection test through a node of the runtime, step by step, each failure with what helps.
import { makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { ActButton } from '../ui/ActButton'
import { Card, Soft, Status } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { testSource } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  steps: { listStyle: 'none', margin: '12px 0 0', padding: 0, display: 'flex', flexDirection: 'column', gap: '10px' },
  more: { paddingLeft: '22px', fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
})

interface TestProps {
  source: string
  runtime: string
  credential: string
  ready: boolean
  why?: string // why it can't be made yet
}

export function TestConnection({ source, runtime, credential, ready, why }: TestProps) {
  const s = useStyles()
  const asked = { runtime, credential }
  const test = useMutation({ mutationFn: () => testSource(source, asked) })
  const steps = test.data?.steps ?? []
  const problem = test.data?.problem
  return (
    <Card title={words.test} actions={<ActButton label={words.test} command={testSource.command(source, asked)} disabled={!ready} busy={test.isPending} icon={test.isPending ? <Spinner size="tiny" /> : undefined} onAct={() => test.mutate()} />}>
      <Soft>{ready ? words.testText : why}</Soft>
      <div role="status">
        {steps.length > 0 && (
          <ol className={s.steps}>
            {steps.map(step => (
              <li key={step.name}>
                <Status tone={step.ok ? 'good' : 'bad'}>{step.name}</Status>
                {(step.detail || step.remedy) && <div className={s.more}>{step.detail}{step.detail && step.remedy && '. '}{step.remedy}</div>}
              </li>
            ))}
          </ol>
        )}
        {test.data?.ok && <p><Status tone="good">{words.testGood(test.data.node)}</Status></p>}
        {problem && <p><Status tone="bad">{problem.text}</Status>{problem.remedy && <><br /><Soft>{problem.remedy}</Soft></>}</p>}
        <Refusal error={test.error} />
      </div>
    </Card>
  )
}
