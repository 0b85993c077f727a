import type { Locator, Page } from 'playwright-core';
import { packageName } from '../harness';
import { Editor } from '../harness/browser';

/** n8n's page Settings → Community nodes, in the words of a person. */
export class CommunityNodes {
	private constructor(
		private readonly editor: Editor,
		private readonly address: string,
	) {}

	static async open(baseUrl: string): Promise<CommunityNodes> {
		return new CommunityNodes(await Editor.open(baseUrl), `${baseUrl}/settings/community-nodes`);
	}

	/** Opens the page (again), which asks the registry for newer versions. */
	async look(): Promise<void> {
		await this.page.goto(this.address);
		await this.card.or(this.installButton).first().waitFor();
	}

	async photograph(what: string): Promise<void> {
		await this.editor.screenshot(`install-${what}`);
	}

	/** The dialog that asks for a name and whether one knows the risk. */
	async install(): Promise<void> {
		await this.installButton.click();
		await this.page.getByTestId('package-name-input').fill(packageName);
		await this.page.getByTestId('user-agreement-checkbox').click();
		await this.photograph('dialog');
		await this.page.getByTestId('install-community-package-button').click();
	}

	/** Waits for the package in the list, in this version. */
	async shows(version: string): Promise<void> {
		await this.card.filter({ hasText: `v${version}` }).waitFor();
	}

	/** Waits for a newer version to be offered. */
	async offersUpdate(): Promise<void> {
		await this.updateButton.waitFor();
	}

	/** Presses Update on the package and confirms. */
	async update(): Promise<void> {
		await this.updateButton.click();
		await this.page.getByRole('button', { name: 'Confirm update' }).click();
	}

	/** Chooses Uninstall in the package's menu and confirms. */
	async uninstall(): Promise<void> {
		await this.card.getByTestId('action-toggle').click();
		await this.page.getByText('Uninstall package').click();
		await this.page.getByRole('button', { name: 'Confirm uninstall' }).click();
	}

	/** Waits until no package is left in the list. */
	async isEmpty(): Promise<void> {
		await this.installButton.waitFor();
	}

	async close(): Promise<void> {
		await this.editor.close();
	}

	private get page(): Page {
		return this.editor.page;
	}

	private get card(): Locator {
		return this.page.getByTestId('community-package-card').filter({ hasText: packageName });
	}

	private get updateButton(): Locator {
		return this.card.getByRole('button', { name: 'Update' });
	}

	/** Shown while no package is installed. */
	private get installButton(): Locator {
		return this.page.getByRole('button', { name: 'Install a community node' });
	}
}
