import { createRoot } from 'react-dom/client'
import { notifyManager, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { leave } from './app/Root'
import { router } from './app/routes'
import { Failure, SignedOut } from './client/rest'

notifyManager.setScheduler(queueMicrotask) // an answer is drawn at once, not a timer later

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => { if (error instanceof SignedOut && query.state.data === undefined) leave() } }), // what is shown stays, as of when it was asked for
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // Only what may be different in a moment is asked again: an account that is away or busy.
      retry: (times, error) => error instanceof Failure && (error.status === 0 || error.status === 429 || error.status === 503) && times < 3,
    },
  },
})

createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={queries}><RouterProvider router={router} /></QueryClientProvider>,
)
