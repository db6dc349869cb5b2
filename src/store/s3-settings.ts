/** Where an S3 bucket is and how it is opened. */
export interface S3Settings {
  /** Undefined: AWS in `region`. Others are addressed path-style. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Asked for with every new object; undefined: what the bucket does by default. */
  readonly encryption?: { readonly algorithm: 'AES256' | 'aws:kms'; readonly keyId: string | undefined } | undefined
}

/** Variables and secrets of the Worker that name an S3 store. */
export interface S3Environment {
  readonly HANGUP_S3_BUCKET?: string
  readonly HANGUP_S3_ENDPOINT?: string
  readonly HANGUP_S3_REGION?: string
  readonly HANGUP_S3_ACCESS_KEY_ID?: string
  readonly HANGUP_S3_SECRET_ACCESS_KEY?: string
  readonly HANGUP_S3_ENCRYPTION?: string
  readonly HANGUP_S3_KMS_KEY_ID?: string
}

/**
 * Undefined where no bucket is named: then the R2 binding is the store.
 *
 * @throws when the rest is incomplete, so that a half-configured service does not start on the wrong store
 */
export function s3Settings(env: S3Environment): S3Settings | undefined {
  const bucket = env.HANGUP_S3_BUCKET
  if (!bucket) return undefined
  const { HANGUP_S3_ACCESS_KEY_ID: accessKeyId, HANGUP_S3_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (!accessKeyId || !secretAccessKey)
    throw new Error('HANGUP_S3_BUCKET is set: set HANGUP_S3_ACCESS_KEY_ID and HANGUP_S3_SECRET_ACCESS_KEY too')
  const endpoint = env.HANGUP_S3_ENDPOINT || undefined
  const region = env.HANGUP_S3_REGION || (endpoint === undefined ? undefined : 'auto')
  if (region === undefined) throw new Error('HANGUP_S3_BUCKET is set without an endpoint: set HANGUP_S3_REGION, such as eu-central-1')
  return { endpoint, region, bucket, accessKeyId, secretAccessKey, encryption: encryptionOf(env) }
}

function encryptionOf({ HANGUP_S3_ENCRYPTION: algorithm, HANGUP_S3_KMS_KEY_ID: keyId }: S3Environment): S3Settings['encryption'] {
  if (!algorithm) return undefined
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') throw new Error('HANGUP_S3_ENCRYPTION is AES256 or aws:kms')
  return { algorithm, keyId: keyId || undefined }
}
