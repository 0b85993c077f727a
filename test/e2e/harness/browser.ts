import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';
import { findProgram } from '../../setup/index.mjs';
import { owner } from './api';
import { projectFolder } from './host';
import { until } from './until';

/** Git-ignored; kept after a run so that a person can look. */
const screenshotFolder = join(projectFolder, 'test', 'e2e', 'screenshots');

/** A fresh Chromium that asks nothing of the network by itself. */
const flags = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** n8n's editor is slow on a busy machine with two cores. */
const PATIENCE_MS = 45_000;

/**
 * n8n's editor in a headless Chromium, in the words of a person: open a workflow, look for a node, open it, open a
 * list, listen for a test event. Everything is found by n8n's own `data-test-id`s.
 */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		/** For what the methods here do not cover. */
		readonly page: Page,
		private readonly baseUrl: string,
		/** Addresses outside n8n that the page asked for, in vain. */
		readonly outsideRequests: string[],
	) {}

	/** Starts the browser and signs in as the owner. */
	static async open(baseUrl: string): Promise<Editor> {
		selectors.setTestIdAttribute('data-test-id');
		const executablePath = findProgram('chromium');
		if (executablePath === undefined) throw new Error('no Chromium is installed: run "npm run test:e2e"');
		const browser = await chromium.launch({ executablePath, args: flags });
		try {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
			page.setDefaultTimeout(PATIENCE_MS);
			const outside: string[] = [];
			await page.route(
				({ href }) => /^https?:/.test(href) && !href.startsWith(baseUrl),
				async (route) => {
					outside.push(route.request().url());
					await route.abort();
				},
			);
			const editor = new Editor(browser, page, baseUrl, outside);
			await editor.signIn();
			return editor;
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	/** Opens a stored workflow and waits until its nodes are drawn. */
	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.baseUrl}/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** Opens the nodes panel and types into its search; the names of the nodes it shows. */
	async searchNodes(text: string): Promise<string[]> {
		await this.page.getByTestId('node-creator-plus-button').click();
		await this.page.getByTestId('node-creator-search-bar').fill(text);
		const names = this.page.getByTestId('node-creator-item-name');
		await names.filter({ hasText: text }).first().waitFor();
		return await names.allInnerTexts();
	}

	/** Opens a node of the workflow by its name. */
	async openNode(name: string): Promise<void> {
		await this.canvasNode(name).dblclick();
		await this.page.getByTestId('ndv').waitFor();
	}

	/** Opens a node found in the nodes panel; what it offers, once this is among it. */
	async openFoundNode(name: string, offering: string): Promise<string[]> {
		const names = this.page.getByTestId('node-creator-item-name');
		await names.getByText(name, { exact: true }).first().click();
		await names.getByText(offering, { exact: true }).waitFor();
		return await names.allInnerTexts();
	}

	/** Makes a credential in n8n's own window; of its fields, by internal name, only these are filled in. */
	async makeCredential(type: string, fields: Readonly<Record<string, string>>): Promise<void> {
		const { page } = this;
		await page.goto(`${this.baseUrl}/home/credentials/create`);
		await page.getByPlaceholder('Search for app').click();
		await page.keyboard.type(type);
		await page.getByTestId('new-credential-type-select-option').getByText(type, { exact: true }).click();
		await page.getByTestId('new-credential-type-button').click();
		for (const [name, text] of Object.entries(fields))
			await page.getByTestId(`parameter-input-${name}`).getByTestId('parameter-input-field').fill(text);
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await page.getByText('Connection tested successfully').waitFor();
	}

	/** Leaves the open node. The first Escape closes a list that is open. */
	async closeNode(): Promise<void> {
		const node = this.page.getByTestId('ndv');
		await until(
			async () => {
				await this.page.keyboard.press('Escape');
				return await node.isHidden();
			},
			{ what: 'the node to close', timeoutMs: PATIENCE_MS, everyMs: 300 },
		);
	}

	/** Opens the list of a resource locator in the open node; the names it shows once they have come. */
	async openList(parameterName: string): Promise<string[]> {
		const locator = this.page.getByTestId(`resource-locator-${parameterName}`);
		await locator.getByTestId('rlc-input').click();
		const items = this.page.getByTestId('rlc-item').filter({ visible: true });
		await items.first().waitFor();
		return await items.allInnerTexts();
	}

	/** "Execute step", or "Listen for test event" on a trigger, in the open node. */
	async executeNode(): Promise<void> {
		await this.page.getByTestId('node-execute-button').click();
	}

	/** "Execute workflow" on the canvas. */
	async executeWorkflow(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').first().click();
	}

	/** The output of the open node, once it shows the text. */
	async outputShows(text: string): Promise<Locator> {
		const found = this.page.getByTestId('output-panel').getByText(text).first();
		await found.waitFor();
		return found;
	}

	/** Keeps a picture of the page; returns where. */
	async screenshot(name: string): Promise<string> {
		await mkdir(screenshotFolder, { recursive: true });
		const path = join(screenshotFolder, `${name}.png`);
		// What slides in is shown where it ends.
		await this.page.screenshot({ path, animations: 'disabled' });
		return path;
	}

	private canvasNode(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	private async signIn(): Promise<void> {
		await this.page.goto(`${this.baseUrl}/signin`);
		await this.page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
		await this.page.locator('input[name="password"]').fill(owner.password);
		await this.page.getByTestId('form-submit-button').click();
		await this.page.waitForURL((url) => !url.pathname.startsWith('/signin'));
	}
}
