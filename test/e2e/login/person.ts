import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findProgram } from '../../setup/index.mjs';
import { projectFolder } from '../harness';

/** Git-ignored; kept after a run so that a person can look. */
const folder = join(projectFolder, 'test', 'e2e', 'screenshots');

const SCREENS = {
	desktop: { viewport: { width: 1280, height: 860 } },
	phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const;

export interface PersonOptions {
	screen?: keyof typeof SCREENS;
	locale?: string;
	dark?: boolean;
	/** without: the pages work all the same */
	script?: boolean;
}

/** Somebody with a browser: opens the page, fills in, presses, and remembers what the browser complained about. */
export class Person {
	readonly page: Page;
	readonly complaints: string[] = [];
	readonly #name: string;

	private constructor(page: Page, name: string) {
		this.page = page;
		this.#name = name;
		page.setDefaultTimeout(30_000);
		page.on('pageerror', (error) => void this.complaints.push(String(error)));
		page.on('console', (message) => {
			if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
		});
		page.on('request', (request) => {
			const { hostname, protocol } = new URL(request.url());
			if (protocol !== 'data:' && hostname !== '127.0.0.1') this.complaints.push(`asked ${request.url()}`);
		});
	}

	static async launch(): Promise<Browser> {
		const executablePath = findProgram('chromium');
		if (executablePath === undefined) throw new Error('no Chromium is installed: run "npm run test:e2e"');
		return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
	}

	static async enter(browser: Browser, options: PersonOptions = {}): Promise<Person> {
		const { screen = 'desktop', locale = 'en-US', dark = false, script = true } = options;
		const look: BrowserContextOptions = {
			...SCREENS[screen],
			locale,
			colorScheme: dark ? 'dark' : 'light',
			javaScriptEnabled: script,
		};
		const context = await browser.newContext(look);
		const name = `${screen}-${locale.slice(0, 2)}${dark ? '-dark' : ''}${script ? '' : '-noscript'}`;
		return new Person(await context.newPage(), name);
	}

	async leave(): Promise<void> {
		await this.page.context().close();
	}

	/** Presses the button with this name. */
	async press(name: string | RegExp): Promise<void> {
		await this.page.getByRole('button', { name }).click();
	}

	async fill(label: string, text: string): Promise<void> {
		await this.page.getByLabel(label, { exact: true }).fill(text);
	}

	/** Types as on a keyboard. */
	async type(label: string, text: string): Promise<void> {
		const field = this.page.getByLabel(label, { exact: true });
		await field.fill('');
		await field.pressSequentially(text);
	}

	/** Waits for a page by its heading. */
	async reads(heading: string): Promise<void> {
		await this.page.getByRole('heading', { name: heading }).waitFor();
	}

	async sees(text: string | RegExp): Promise<void> {
		await this.page.getByText(text).first().waitFor();
	}

	async sealed(label: string): Promise<string> {
		return this.page.getByLabel(label, { exact: true }).inputValue();
	}

	/** Keeps a picture of the page. */
	async photograph(what: string): Promise<void> {
		await mkdir(folder, { recursive: true });
		const path = join(folder, `login-${what}-${this.#name}.png`);
		await this.page.screenshot({ path, fullPage: true, animations: 'disabled' });
	}
}
