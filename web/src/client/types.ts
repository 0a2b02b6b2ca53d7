// What the account answers, as far as the portal reads it. Written by hand until the client is generated.

export interface WhoAmI {
  id: string
  name: string
  node: string
  account: string
  /** Roles by collection. */
  roles: Record<string, string[]>
  /** Actions by collection. */
  actions: Record<string, string[]>
}
