import type { Language } from './texts';

/** ISO 3166 code → calling code (ITU E.164). Where several share one, the first is chosen for a number that begins with it. */
const CODES =
	'RU7 KZ7 BY375 UA380 UZ998 KG996 TJ992 TM993 AM374 AZ994 GE995 MD373 LV371 LT370 EE372 US1 CA1 GB44 DE49 FR33 IT39 ES34 ' +
	'PT351 NL31 BE32 LU352 CH41 AT43 PL48 CZ420 SK421 HU36 RO40 BG359 RS381 ME382 HR385 SI386 BA387 MK389 AL355 GR30 CY357 MT356 ' +
	'TR90 IL972 AE971 SA966 QA974 KW965 BH973 OM968 JO962 LB961 IQ964 IR98 EG20 MA212 TN216 DZ213 ZA27 NG234 KE254 ET251 GH233 ' +
	'IN91 PK92 BD880 LK94 NP977 CN86 HK852 TW886 JP81 KR82 MN976 VN84 TH66 MY60 SG65 ID62 PH63 KH855 AU61 NZ64 ' +
	'BR55 AR54 CL56 CO57 PE51 MX52 VE58 EC593 UY598 PY595 BO591 CU53 CR506 PA507 DO1809 ' +
	'SE46 NO47 DK45 FI358 IS354 IE353';

/** How the digits after the calling code are grouped where most of the users are; elsewhere in threes. */
const FORMATS: Readonly<Record<string, string>> = {
	RU: '### ###-##-##',
	KZ: '### ###-##-##',
	BY: '## ###-##-##',
	UA: '## ###-##-##',
	UZ: '## ###-##-##',
	US: '### ###-####',
	CA: '### ###-####',
};

export interface Country {
	iso: string;
	/** without `+` */
	code: string;
	name: string;
	format: string;
}

const KNOWN = CODES.split(' ').map((entry) => ({ iso: entry.slice(0, 2), code: entry.slice(2) }));

/** By name in the language of the page. */
export function countries(language: Language): Country[] {
	const names = new Intl.DisplayNames([language], { type: 'region' });
	const all = KNOWN.map(({ iso, code }) => ({
		iso,
		code,
		name: names.of(iso) ?? iso,
		format: FORMATS[iso] ?? '',
	}));
	return all.sort((a, b) => a.name.localeCompare(b.name, language));
}

/** The region the browser's languages name, if there is one; else Russia, where these messengers are at home. */
export function countryOf(acceptLanguage: string): string {
	const regions = [...acceptLanguage.matchAll(/\b[a-z]{2,3}-([a-z]{2})\b/gi)].map(([, region = '']) =>
		region.toUpperCase(),
	);
	// Browsers send `en-US` wherever they are used.
	const told = regions.find((region) => region !== 'US' && KNOWN.some(({ iso }) => iso === region));
	return told ?? (/\bru\b/i.test(acceptLanguage) || !regions.includes('US') ? 'RU' : 'US');
}

/**
 * What was typed, as `+` and digits. A number with its own `+` (or 00) counts as it is; else the country's code comes
 * before it, and in Russia and Kazakhstan the 8 one dials at home goes.
 * @returns null when it cannot be a number (E.164: 15 digits at most)
 */
export function internationalNumber(iso: string, typed: string): string | null {
	const text = typed.trim().replace(/^00/, '+');
	const digits = text.replace(/\D/g, '');
	const code = KNOWN.find((each) => each.iso === iso)?.code ?? '';
	const whole = text.startsWith('+') ? digits : code + nationalNumber(code, digits);
	return /^\d{7,15}$/.test(whole) ? `+${whole}` : null;
}

function nationalNumber(code: string, digits: string): string {
	if (code === '7' && digits.length === 11 && /^[78]/.test(digits)) return digits.slice(1);
	return digits.replace(/^0+/, '');
}
