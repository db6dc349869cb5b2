/** What the logs say of a connection that was looked at. */
export interface LogTies {
  /** A log shows an error at that time about this connection. */
  readonly loggedError: boolean
  /** The log's clock and words lead to this connection and to no other. */
  readonly logMatched: boolean
  /** The error that a log shows near the incident names another machine, or another port of this one. */
  readonly namesAnother: boolean
  /** A log speaks of the incident's time: that it shows no error says something. */
  readonly isLogged: boolean
  /** So does it, or the question names the peer (or no incident): the connection is no guess. */
  readonly isPinned: boolean
}
