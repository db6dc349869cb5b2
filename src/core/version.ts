/** What receipts, diagnoses and bundles say made them. A test holds it equal to package.json's. */
export const ENGINE_VERSION = '0.1.0'
