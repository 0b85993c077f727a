/** What the pages say. One table: a text that is missing in a language is a type error. */
const EN = {
	title: 'Messenger login',
	chooseTitle: 'Connect an account',
	chooseLead: 'Choose the messenger of the account that the workflow should use.',
	chooseHint: {
		max: 'Scan a QR code with the MAX app, or use the phone number',
		telegram: 'Scan a QR code with the Telegram app, or use the phone number',
	},
	keyLabel: 'Access key',
	keyHint: 'From the person who sent you this address.',
	applicationTitle: 'Your Telegram application',
	applicationLead:
		'Telegram wants every program to have an application of its own. Make one at my.telegram.org (“API development tools”) and copy both values.',
	apiId: 'API ID',
	apiIdHint: 'A number, such as 12345678',
	apiHash: 'API hash',
	apiHashHint: '32 letters and digits',
	openMyTelegram: 'Open my.telegram.org',
	continue: 'Continue',
	qrTitle: { max: 'Scan with MAX', telegram: 'Scan with Telegram' },
	qrSteps: {
		max: [
			'Open MAX on your phone',
			'Go to Settings → Devices',
			'Tap “Link a device” and point the camera here',
		],
		telegram: [
			'Open Telegram on your phone',
			'Go to Settings → Devices → Link Desktop Device',
			'Point the camera here and confirm',
		],
	},
	qrLabel: 'QR code for the login',
	qrLoading: 'Getting a QR code…',
	qrWaiting: 'Waiting for the scan. The code renews itself.',
	usePhone: 'Use the phone number instead',
	useQr: 'Use a QR code instead',
	phoneTitle: { max: 'Your MAX phone number', telegram: 'Your Telegram phone number' },
	phoneLead: {
		max: 'MAX will send a code to this number. Set a login password in the MAX app first (Profile → Privacy): MAX lets no second device in without one.',
		telegram: 'Telegram will send a code to the Telegram app on your other devices, not by SMS.',
	},
	phoneDoubt:
		'MAX sends codes to its official apps only; here the code may never come. The QR code is the safe way.',
	country: 'Country',
	phone: 'Phone number',
	sendCode: 'Send the code',
	codeTitle: 'Enter the code',
	codeSentTo: (phone: string) => `We asked for a code for ${phone}.`,
	codeSentBy: {
		app: 'Look into Telegram on a device where you are logged in: the code is a message from “Telegram”.',
		sms: 'The code comes by SMS.',
		call: 'You will be called; the code is read to you.',
		other: 'The code comes to your phone.',
	},
	codeSentByEmail: (pattern: string) => `The code comes by e-mail to ${pattern}.`,
	emailTitle: 'An e-mail address for login codes',
	emailLead:
		'Telegram wants this account to have an e-mail address, to which it will send login codes from now on.',
	email: 'E-mail address',
	emailHint: 'Use an address of the owner of the account: who reads it can log in.',
	emailCodeTitle: 'Confirm the address',
	emailCodeSentTo: (pattern: string) =>
		`Telegram sent a code to ${pattern}. With it this becomes the address for login codes.`,
	addressProven: 'The address is set. Now comes the code of the login itself, which is another one.',
	otherAddress: 'Another address',
	codeWarning: 'Never forward the code to any chat: Telegram cancels it.',
	code: 'Code',
	checkCode: 'Log in',
	resend: 'Send the code again',
	resendIn: (time: string) => `Send again in ${time}`,
	noMoreCodes: 'No more codes can be sent for now.',
	otherNumber: 'Another number',
	passwordTitle: 'Two-step verification',
	passwordLead: {
		max: 'The account has a login password. It is used once and stored nowhere.',
		telegram: 'The account has a cloud password. It is used once and stored nowhere.',
	},
	password: 'Password',
	passwordHint: (hint: string) => `Your hint: ${hint}`,
	show: 'Show',
	hide: 'Hide',
	doneTitle: 'Connected',
	doneAs: (name: string) => `Logged in as ${name}.`,
	doneCreated: (name: string) => `The credential “${name}” was created in n8n. Choose it in your nodes.`,
	doneUpdated: (name: string) => `The credential “${name}” in n8n was updated.`,
	doneFailed: 'The credential could not be saved in n8n. Copy these values into a credential by hand.',
	doneCopy: (type: string) => `Put these values into a credential of the type “${type}” in n8n.`,
	doneOnce: 'They are shown this once. Whoever has them has the account: send them to nobody.',
	doneOutput: 'The result was handed to the workflow.',
	doneClose: 'You can close this page.',
	copy: 'Copy',
	copied: 'Copied',
	copyFailed: 'Select the text and copy it.',
	startAgain: 'Start again',
	cancel: 'Cancel',
	back: 'Back',
	cancelledTitle: 'Login cancelled',
	cancelledLead: 'Nothing was kept.',
	goneTitle: 'This link is no longer valid',
	goneLead: 'It was used, has expired, or was opened in another browser. Nothing of it was kept.',
	cookiesLead: 'If this is the first time you open it, allow cookies for this address and start again.',
	refusedTitle: 'That did not work',
	refusedLead: 'The request did not come from this page. Start again.',
	busyTitle: 'Too many attempts',
	working: 'One moment…',
	offline: 'No connection to n8n. Trying again…',
	expiresIn: (time: string) => `This link is valid for ${time}.`,
	safety: 'The session goes to n8n only. Log out at any time in the app under Devices.',
	minutes: (count: number) => `${count} min`,
	seconds: (count: number) => `${count} s`,
	hours: (count: number) => `${count} h`,
	language: 'Русский',
	problems: {
		invalid_phone: ['This number is not accepted', 'Check the country and the digits.'],
		invalid_code: ['The code is wrong', 'Check it and try again.'],
		invalid_email: ['Telegram does not accept this address', 'Check it, or use another one.'],
		code_expired: ['The code is too old', 'Ask for a new one.'],
		password_invalid: ['The password is wrong', 'Try again. Capital letters count.'],
		flood: ['Too many attempts', 'The messenger asks to wait.'],
		banned: [
			'This account is blocked by the messenger',
			'Open it in the official app to see why. It cannot be connected until it is unblocked.',
		],
		no2fa: [
			'The account needs a login password first',
			'In the MAX app open Profile → Privacy → Login password, set one, then start again. MAX lets no new device into an account without it.',
		],
		official_app: [
			'The messenger wants this login done in an official app',
			'Log in once on a phone or computer with the official app, or try the QR code.',
		],
		refused_device: [
			'The messenger refuses this kind of device',
			'Try the other way to log in. If both are refused, the package needs a newer app version: see the credential’s “App Version”.',
		],
		application_invalid: [
			'Telegram does not know this application',
			'Copy API ID and hash from my.telegram.org again.',
		],
		not_registered: ['Nobody has registered this number', 'Make the account in the official app first.'],
		unreachable: [
			'The messenger cannot be reached from n8n',
			'Check the network and the proxy of the server, then try again.',
		],
		service: ['The messenger did not manage that', 'Try again in a moment.'],
		settings: ['The settings of the credential do not fit', 'Ask the person who runs n8n to correct them.'],
		too_many: ['Too many attempts', 'Try again later.'],
		wrong_key: ['The access key is wrong', 'Ask the person who sent you this address.'],
		too_early: ['Not yet', 'Another code can be sent in a moment.'],
		other: ['That did not work', 'Start again. If it stays so, look into the log of n8n.'],
	},
	waitFor: (time: string) => `Wait ${time}.`,
};

export type Texts = typeof EN;
export type Language = 'en' | 'ru';

const RU: Texts = {
	title: 'Вход в мессенджер',
	chooseTitle: 'Подключение аккаунта',
	chooseLead: 'Выберите мессенджер, аккаунт которого будет использовать рабочий процесс.',
	chooseHint: {
		max: 'QR-код из приложения MAX или номер телефона',
		telegram: 'QR-код из приложения Telegram или номер телефона',
	},
	keyLabel: 'Ключ доступа',
	keyHint: 'Его знает тот, кто прислал вам этот адрес.',
	applicationTitle: 'Ваше приложение Telegram',
	applicationLead:
		'Telegram требует, чтобы у каждой программы было своё приложение. Создайте его на my.telegram.org («API development tools») и скопируйте оба значения.',
	apiId: 'API ID',
	apiIdHint: 'Число, например 12345678',
	apiHash: 'API hash',
	apiHashHint: '32 буквы и цифры',
	openMyTelegram: 'Открыть my.telegram.org',
	continue: 'Продолжить',
	qrTitle: { max: 'Отсканируйте в MAX', telegram: 'Отсканируйте в Telegram' },
	qrSteps: {
		max: [
			'Откройте MAX на телефоне',
			'Перейдите в «Настройки» → «Устройства»',
			'Нажмите «Подключить устройство» и наведите камеру сюда',
		],
		telegram: [
			'Откройте Telegram на телефоне',
			'Перейдите в «Настройки» → «Устройства» → «Подключить устройство»',
			'Наведите камеру сюда и подтвердите вход',
		],
	},
	qrLabel: 'QR-код для входа',
	qrLoading: 'Получаем QR-код…',
	qrWaiting: 'Ждём сканирования. Код обновляется сам.',
	usePhone: 'Войти по номеру телефона',
	useQr: 'Войти по QR-коду',
	phoneTitle: { max: 'Номер телефона в MAX', telegram: 'Номер телефона в Telegram' },
	phoneLead: {
		max: 'MAX отправит код на этот номер. Сначала задайте пароль для входа в приложении MAX («Профиль» → «Приватность»): без него MAX не впускает второе устройство.',
		telegram: 'Telegram пришлёт код в приложение Telegram на других ваших устройствах, а не по SMS.',
	},
	phoneDoubt:
		'MAX отправляет коды только официальным приложениям; сюда код может не прийти. Надёжнее QR-код.',
	country: 'Страна',
	phone: 'Номер телефона',
	sendCode: 'Получить код',
	codeTitle: 'Введите код',
	codeSentTo: (phone) => `Мы запросили код для ${phone}.`,
	codeSentBy: {
		app: 'Откройте Telegram на устройстве, где вы уже вошли: код — в сообщении от «Telegram».',
		sms: 'Код придёт по SMS.',
		call: 'Вам позвонят и продиктуют код.',
		other: 'Код придёт на телефон.',
	},
	codeSentByEmail: (pattern) => `Код придёт на почту ${pattern}.`,
	emailTitle: 'Почта для кодов входа',
	emailLead:
		'Telegram требует, чтобы у этого аккаунта был адрес электронной почты. На него будут приходить коды входа.',
	email: 'Адрес электронной почты',
	emailHint: 'Укажите адрес владельца аккаунта: кто его читает, тот может войти.',
	emailCodeTitle: 'Подтвердите адрес',
	emailCodeSentTo: (pattern) =>
		`Telegram отправил код на ${pattern}. После подтверждения коды входа будут приходить сюда.`,
	addressProven: 'Адрес задан. Теперь нужен код самого входа, он другой.',
	otherAddress: 'Другой адрес',
	codeWarning: 'Не пересылайте код ни в какой чат: Telegram сразу отменит его.',
	code: 'Код',
	checkCode: 'Войти',
	resend: 'Отправить код ещё раз',
	resendIn: (time) => `Повторно через ${time}`,
	noMoreCodes: 'Пока больше нельзя отправить код.',
	otherNumber: 'Другой номер',
	passwordTitle: 'Двухэтапная проверка',
	passwordLead: {
		max: 'У аккаунта есть пароль для входа. Он используется один раз и нигде не хранится.',
		telegram: 'У аккаунта есть облачный пароль. Он используется один раз и нигде не хранится.',
	},
	password: 'Пароль',
	passwordHint: (hint) => `Ваша подсказка: ${hint}`,
	show: 'Показать',
	hide: 'Скрыть',
	doneTitle: 'Подключено',
	doneAs: (name) => `Выполнен вход: ${name}.`,
	doneCreated: (name) => `В n8n созданы учётные данные «${name}». Выберите их в своих узлах.`,
	doneUpdated: (name) => `Учётные данные «${name}» в n8n обновлены.`,
	doneFailed: 'Не удалось сохранить учётные данные в n8n. Скопируйте эти значения вручную.',
	doneCopy: (type) => `Вставьте эти значения в учётные данные «${type}» в n8n.`,
	doneOnce: 'Они показаны один раз. У кого они есть, у того есть аккаунт: никому их не отправляйте.',
	doneOutput: 'Результат передан рабочему процессу.',
	doneClose: 'Страницу можно закрыть.',
	copy: 'Копировать',
	copied: 'Скопировано',
	copyFailed: 'Выделите текст и скопируйте его.',
	startAgain: 'Начать заново',
	cancel: 'Отмена',
	back: 'Назад',
	cancelledTitle: 'Вход отменён',
	cancelledLead: 'Ничего не сохранено.',
	goneTitle: 'Ссылка больше не действует',
	goneLead: 'Она использована, устарела или была открыта в другом браузере. Ничего из неё не сохранено.',
	cookiesLead: 'Если вы открываете её впервые, разрешите cookie для этого адреса и начните заново.',
	refusedTitle: 'Не получилось',
	refusedLead: 'Запрос пришёл не с этой страницы. Начните заново.',
	busyTitle: 'Слишком много попыток',
	working: 'Минутку…',
	offline: 'Нет связи с n8n. Пробуем ещё раз…',
	expiresIn: (time) => `Ссылка действует ${time}.`,
	safety: 'Сессия передаётся только в n8n. Завершить её можно в приложении, в разделе «Устройства».',
	minutes: (count) => `${count} мин`,
	seconds: (count) => `${count} с`,
	hours: (count) => `${count} ч`,
	language: 'English',
	problems: {
		invalid_phone: ['Этот номер не принят', 'Проверьте страну и цифры.'],
		invalid_code: ['Неверный код', 'Проверьте его и попробуйте ещё раз.'],
		invalid_email: ['Telegram не принимает этот адрес', 'Проверьте его или укажите другой.'],
		code_expired: ['Код устарел', 'Запросите новый.'],
		password_invalid: ['Неверный пароль', 'Попробуйте ещё раз. Регистр букв важен.'],
		flood: ['Слишком много попыток', 'Мессенджер просит подождать.'],
		banned: [
			'Мессенджер заблокировал этот аккаунт',
			'Откройте его в официальном приложении, чтобы узнать причину. До разблокировки подключить его нельзя.',
		],
		no2fa: [
			'Сначала аккаунту нужен пароль для входа',
			'В приложении MAX откройте «Профиль» → «Приватность» → «Пароль для входа», задайте пароль и начните заново. Без него MAX не впускает новые устройства.',
		],
		official_app: [
			'Мессенджер требует войти через официальное приложение',
			'Войдите один раз в официальном приложении на телефоне или компьютере либо попробуйте QR-код.',
		],
		refused_device: [
			'Мессенджер не принимает такое устройство',
			'Попробуйте другой способ входа. Если не принят ни один, нужна более новая версия приложения: поле «App Version» в учётных данных.',
		],
		application_invalid: [
			'Telegram не знает такого приложения',
			'Скопируйте API ID и hash с my.telegram.org ещё раз.',
		],
		not_registered: [
			'Этот номер никем не зарегистрирован',
			'Сначала создайте аккаунт в официальном приложении.',
		],
		unreachable: [
			'Мессенджер недоступен с сервера n8n',
			'Проверьте сеть и прокси сервера и попробуйте ещё раз.',
		],
		service: ['Мессенджер не справился', 'Попробуйте ещё раз через минуту.'],
		settings: ['Настройки учётных данных не подходят', 'Попросите владельца n8n исправить их.'],
		too_many: ['Слишком много попыток', 'Попробуйте позже.'],
		wrong_key: ['Неверный ключ доступа', 'Спросите его у того, кто прислал вам этот адрес.'],
		too_early: ['Ещё рано', 'Скоро можно будет отправить новый код.'],
		other: ['Не получилось', 'Начните заново. Если не поможет, посмотрите журнал n8n.'],
	},
	waitFor: (time) => `Подождите ${time}.`,
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en: EN, ru: RU };

/** The first language of the browser's list (RFC 9110, Accept-Language) that there is; English else. */
export function languageOf(acceptLanguage: string): Language {
	const wanted = acceptLanguage
		.split(',')
		.map((entry, at) => {
			const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
			const quality = parameters
				.map((each) => /^\s*q=([\d.]+)/.exec(each)?.[1])
				.find((each) => each !== undefined);
			return { language: tag.split('-')[0] ?? '', quality: quality === undefined ? 1 : Number(quality), at };
		})
		.filter(({ quality }) => quality > 0)
		.sort((a, b) => b.quality - a.quality || a.at - b.at);
	const found = wanted.find(({ language }) => language in TEXTS)?.language;
	return found === 'ru' ? 'ru' : 'en';
}

/** `2 min 5 s`, `1 h 3 min`: two units at most. */
export function duration(texts: Texts, seconds: number): string {
	const [hours, minutes, rest] = [
		Math.floor(seconds / 3600),
		Math.floor((seconds % 3600) / 60),
		seconds % 60,
	];
	if (hours > 0) return [texts.hours(hours), ...(minutes > 0 ? [texts.minutes(minutes)] : [])].join(' ');
	if (minutes > 0) return [texts.minutes(minutes), ...(rest > 0 ? [texts.seconds(rest)] : [])].join(' ');
	return texts.seconds(rest);
}
