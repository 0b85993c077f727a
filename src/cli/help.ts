/** `--help`. */
export const HELP = `n8n-nodes-messenger-accounts: log in to messengers and check the way to them, without n8n

Usage:
  npx n8n-nodes-messenger-accounts login max|telegram [--qr | --phone] [--settings FILE] [--json] [--out FILE]
  npx n8n-nodes-messenger-accounts doctor [max] [telegram] [avito] [--settings FILE] [--json]
  npx n8n-nodes-messenger-accounts sandbox

login    logs in by QR code (shown in the terminal) or by phone and code, and prints the values for the credential in n8n.
         The result goes to the standard output, everything else to the standard error.
doctor   looks whether the messengers can be reached from here: names, connections, certificates, clock, through the
         proxy of --settings if it names one; with --settings also whether what is in that file works: Avito's keys, a
         session of MAX or Telegram (which it opens: n8n must not be using it meanwhile).
sandbox  says how to start the fake messengers this project is tested with.

Options:
  --qr, --phone    how to log in; otherwise you are asked
  --settings FILE  fields of the credential in n8n as JSON, such as {"proxyUrl": "socks5://…", "endpoint": "…"}
  --json           print JSON with the names of the credential's fields
  --out FILE       write that JSON to a new file only you can read, and print nothing
  -h, --help       this text
  -v, --version    the version

Secrets are never arguments: you are asked for them, or they are in the environment:
  TELEGRAM_API_ID, TELEGRAM_API_HASH   your application (https://my.telegram.org/apps)
  MESSENGER_ACCOUNTS_PHONE                phone number with country code
  MESSENGER_ACCOUNTS_PASSWORD             password of an account that has one

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the messenger cannot be reached, 130 interrupted
`;

/** `sandbox`: hundreds of files that only tests need are not shipped. */
export const SANDBOX = `The sandbox (fake MAX, Telegram and Avito servers) is in the repository, not in this package:

  git clone https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts
  cd n8n-nodes-messenger-accounts
  npm start -- --sandbox             # n8n with all three, ready to try
  npm run -s sandbox -- max          # one of them alone: max, telegram or avito
`;
