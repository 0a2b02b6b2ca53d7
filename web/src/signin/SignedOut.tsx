import { useEffect } from 'react'
import { Button } from '@fluentui/react-components'
import { Person48Regular } from '@fluentui/react-icons/svg/person'
import { signIn } from '../client/session'
import { Empty } from '../ui/States'
import { words } from './strings'

export function SignedOut() {
  useEffect(() => {
    document.title = words.out
  }, [])
  return (
    <main>
      <Empty icon={<Person48Regular />} title={words.out} actions={<Button appearance="primary" onClick={() => void signIn('/')}>{words.signIn}</Button>}>
        {words.outText}
      </Empty>
    </main>
  )
}
