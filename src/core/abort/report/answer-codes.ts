/** What the codes of printing and transport protocols mean, by their specifications' own names. */

/** First two digits of a PJL status code. Source: HP PJL Technical Reference, status readback commands and appendix D. */
export const PJL_GROUPS: Readonly<Record<string, string>> = {
  '10': 'informational',
  '11': 'background paper loading',
  '12': 'background paper tray',
  '15': 'output bin',
  '20': 'PJL parser error: the command was ignored',
  '25': 'PJL parser warning: part of the command was ignored',
  '27': 'PJL semantic error',
  '30': 'continues by itself, or waits for the operator',
  '32': 'PJL file system',
  '35': 'operator intervention may be needed',
  '40': 'operator intervention needed',
  '41': 'paper: operator intervention needed',
  '42': 'paper jam',
  '43': 'external paper handling',
  '44': 'paper jam',
  '50': 'hardware error',
  '55': 'personality error',
}

/** Source: RFC 8011 appendix B.1. */
export const IPP_STATUS: ReadonlyMap<number, string> = new Map([
  [0x0000, 'successful-ok'],
  [0x0001, 'successful-ok-ignored-or-substituted-attributes'],
  [0x0002, 'successful-ok-conflicting-attributes'],
  [0x0400, 'client-error-bad-request'],
  [0x0401, 'client-error-forbidden'],
  [0x0402, 'client-error-not-authenticated'],
  [0x0403, 'client-error-not-authorized'],
  [0x0404, 'client-error-not-possible'],
  [0x0405, 'client-error-timeout'],
  [0x0406, 'client-error-not-found'],
  [0x0407, 'client-error-gone'],
  [0x0408, 'client-error-request-entity-too-large'],
  [0x0409, 'client-error-request-value-too-long'],
  [0x040a, 'client-error-document-format-not-supported'],
  [0x040b, 'client-error-attributes-or-values-not-supported'],
  [0x040c, 'client-error-uri-scheme-not-supported'],
  [0x040d, 'client-error-charset-not-supported'],
  [0x040e, 'client-error-conflicting-attributes'],
  [0x040f, 'client-error-compression-not-supported'],
  [0x0410, 'client-error-compression-error'],
  [0x0411, 'client-error-document-format-error'],
  [0x0412, 'client-error-document-access-error'],
  [0x0500, 'server-error-internal-error'],
  [0x0501, 'server-error-operation-not-supported'],
  [0x0502, 'server-error-service-unavailable'],
  [0x0503, 'server-error-version-not-supported'],
  [0x0504, 'server-error-device-error'],
  [0x0505, 'server-error-temporary-error'],
  [0x0506, 'server-error-not-accepting-jobs'],
  [0x0507, 'server-error-busy'],
  [0x0508, 'server-error-job-canceled'],
  [0x0509, 'server-error-multiple-document-jobs-not-supported'],
])

/** Source: RFC 8446 §6 and §B.2 (the ones of TLS 1.2 included). */
export const TLS_ALERTS: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [22, 'record_overflow'],
  [40, 'handshake_failure'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
])

/** Flags of ~HS's first string, by the place of their field. Source: Zebra ZPL II programming guide, Host Status Return. */
export const ZPL_FIRST: readonly (readonly [field: number, says: string])[] = [
  [1, 'paper out'],
  [2, 'paused'],
  [5, 'buffer full'],
  [9, 'memory corrupt'],
  [10, 'too cold'],
  [11, 'too hot'],
]

/** Flags of its second string. */
export const ZPL_SECOND: readonly (readonly [field: number, says: string])[] = [
  [2, 'head open'],
  [3, 'ribbon out'],
]
