/** `$DARKROOM_HOME/run.json`: everything another program needs to use the running stack. Its fields are public. */
export type RunFile = {
  api_url: string;
  admin_url: string;
  docs_url: string;
  api_key: string;
  admin_email: string;
  admin_password: string;
  /** Null when the real fal is used. */
  fal_emulator_url: string | null;
  fal_key: string;
  database_url: string;
  /** Null when BullMQ runs on Postgres. */
  redis_url: string | null;
  s3: S3Settings;
  pid: number;
};

/** Complete for the embedded store. AWS needs no endpoint, and may get its credentials from elsewhere: then null. */
export type S3Settings = {
  endpoint: string | null;
  region: string;
  bucket: string | null;
  access_key_id: string | null;
  secret_access_key: string | null;
};
