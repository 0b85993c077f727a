"""The line is cut and messages arrive meanwhile: Telethon's own getDifference must bring them."""
import asyncio

from telethon import events

from common import account, client, control, login, say


async def main():
    me = client('abridged')
    got = []

    async def note(event):
        got.append(event.raw_text)

    me.add_event_handler(note, events.NewMessage(incoming=True))
    await login(me, account(0))
    await me.get_dialogs()

    async def until(count):
        for _ in range(400):
            if len(got) >= count:
                return
            await asyncio.sleep(0.05)

    control('inject-message', **{'from': '@boris_sandbox', 'to': '@anna_sandbox', 'text': 'before'})
    control('inject-message', **{'from': '@boris_sandbox', 'to': '-1000002000001', 'text': 'team before'})
    await until(2)
    say('before', got[:])
    got.clear()

    control('set-policy', differenceLimit=3)
    control('stop-listening')
    for number in range(8):
        control('inject-message', **{'from': '@boris_sandbox', 'to': '@anna_sandbox', 'text': f'cut {number}'})
    for number in range(3):
        control('inject-message', **{'from': '@boris_sandbox', 'to': '-1000002000001', 'text': f'team {number}'})
    control('start-listening')
    await me.get_me()
    # This version does not ask by itself after a reconnect.
    await me.catch_up()
    await until(11)
    say('cut', sorted(got))
    got.clear()

    # A push that never comes, then one that shows the hole.
    control('inject-message', **{'from': '@boris_sandbox', 'to': '@anna_sandbox', 'text': 'hole', 'tell': False})
    control('inject-message', **{'from': '@boris_sandbox', 'to': '@anna_sandbox', 'text': 'after the hole'})
    await until(2)
    say('hole', sorted(got))
    await me.disconnect()


asyncio.run(main())
