import { parseArgs } from 'node:util';
import { SetupError } from '../errors.ts';
import type { ServerKit } from '../kit.ts';

/** What the command line may say, and the environment variable that says the same. */
const OPTIONS = {
  'database-url': 'DATABASE_URL',
  schema: 'PATCHBAY_SCHEMA',
  'public-url': 'PATCHBAY_PUBLIC_URL',
  secret: 'PATCHBAY_SECRET',
  'account-sid': 'TWILIO_ACCOUNT_SID',
  'auth-token': 'TWILIO_AUTH_TOKEN',
  'api-key-sid': 'TWILIO_API_KEY_SID',
  'api-key-secret': 'TWILIO_API_KEY_SECRET',
  'twilio-base-url': 'TWILIO_BASE_URL',
} as const;

export interface CommandLine {
  command: string | undefined;
  setting(name: keyof typeof OPTIONS): string | undefined;
}

export const SETTINGS_HELP = Object.entries(OPTIONS)
  .map(([flag, variable]) => `  --${flag.padEnd(18)} or ${variable}`)
  .join('\n');

/** Throws `SetupError` for a flag that does not exist. */
export function readCommandLine(args: string[], env: NodeJS.ProcessEnv): CommandLine {
  const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]));
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return {
      command: positionals[0],
      setting: (name) => values[name] ?? (env[OPTIONS[name]] || undefined),
    };
  } catch (error) {
    throw new SetupError((error as Error).message, { cause: error });
  }
}

/** A kit as the settings describe it. Throws `SetupError` for what is missing or wrong. */
export async function kitFromSettings(line: CommandLine): Promise<ServerKit> {
  // commands that need no kit start without it, in a fraction of the time
  const [{ createServerKit }, { twilioCarrier }, { pino }] = await Promise.all([
    import('../kit.ts'),
    import('../carriers/twilio/index.ts'),
    import('pino'),
  ]);
  const setting: CommandLine['setting'] = (name) => line.setting(name);
  const accountSid = setting('account-sid');
  const authToken = setting('auth-token');
  if (!accountSid || !authToken) {
    throw new SetupError('Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of the Twilio console.');
  }
  const apiKeySid = setting('api-key-sid');
  const apiKeySecret = setting('api-key-secret');
  const baseUrl = setting('twilio-base-url');
  const url = setting('database-url');
  const schema = setting('schema');
  return createServerKit({
    database: { ...(url && { url }), ...(schema && { schema }) },
    publicUrl: setting('public-url') ?? '',
    secret: setting('secret'),
    log: pino({ level: 'silent' }),
    carrier: twilioCarrier({
      accountSid,
      authToken,
      ...(apiKeySid && { apiKeySid }),
      ...(apiKeySecret && { apiKeySecret }),
      ...(baseUrl && { baseUrl }),
    }),
  });
}
