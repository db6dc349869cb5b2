#!/usr/bin/env node
import { run } from './run.ts'
import { stopOnSignals } from './stop.ts'
import { processTerminal } from './terminal.ts'

const terminal = processTerminal()
stopOnSignals(terminal.err)
process.exitCode = await run(process.argv.slice(2), terminal)
