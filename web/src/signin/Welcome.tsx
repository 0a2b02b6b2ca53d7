// Where a one-time link leads: on to the sign-in page, with the link's token behind '#', where no server sees it.
import { useEffect } from 'react'
import { signIn } from '../client/session'
import { Loading } from '../ui/States'

export function Welcome() {
  useEffect(() => {
    void signIn('/', location.hash.slice(1))
  }, [])
  return <Loading />
}
