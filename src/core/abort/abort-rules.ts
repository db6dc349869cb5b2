import type { AbortRule } from './rule.ts'
import { bothClosed, finBeforeTheCut, finUnacknowledged, lookedAtPort, otherFinMissing, resetInPlaceOfFin } from './rules/close.ts'
import { handshakeCompleted, synRefused, synUnanswered } from './rules/connect.ts'
import { rstIpId, rstMac, rstOnOneSide, rstThenMore, rstTimestamps, rstToBothEnds, rstTooSoon, rstTtl } from './rules/forged.ts'
import { hostReset } from './rules/host-abort.ts'
import { endNotSeen, nothingOnTheWire, recovered } from './rules/nothing.ts'
import { hurtBetween, lostBetween, rstAppeared } from './rules/pair.ts'
import {
  damagedSegments,
  idleThenTrouble,
  nobodyAnswersArp,
  onlySmallArrive,
  onlySmallPass,
  resetAfterIdleByOther,
  severalPeersSilent,
  tooBigIgnored,
  twoMachines,
  unreachableReported,
} from './rules/path.ts'
import { peerClosedFirst, resetByPeer, statusThenReset, strangerToPeer } from './rules/peer-end.ts'
import { dataLadder, keepAliveUnanswered, peerLadder, windowReopened, windowStayedClosed } from './rules/timeouts.ts'

/** Asked in any order: the weights add up, and `calibrate` turns sums into probabilities with fitted, versioned numbers. */
export const ABORT_RULES: readonly AbortRule[] = [
  synRefused,
  synUnanswered,
  handshakeCompleted,
  finUnacknowledged,
  otherFinMissing,
  finBeforeTheCut,
  bothClosed,
  resetInPlaceOfFin,
  lookedAtPort,
  dataLadder,
  peerLadder,
  keepAliveUnanswered,
  windowStayedClosed,
  windowReopened,
  peerClosedFirst,
  statusThenReset,
  resetByPeer,
  strangerToPeer,
  hostReset,
  rstTtl,
  rstIpId,
  rstThenMore,
  rstTooSoon,
  rstToBothEnds,
  rstMac,
  rstOnOneSide,
  rstTimestamps,
  rstAppeared,
  lostBetween,
  hurtBetween,
  idleThenTrouble,
  resetAfterIdleByOther,
  onlySmallPass,
  onlySmallArrive,
  tooBigIgnored,
  damagedSegments,
  nobodyAnswersArp,
  twoMachines,
  unreachableReported,
  severalPeersSilent,
  endNotSeen,
  nothingOnTheWire,
  recovered,
]
