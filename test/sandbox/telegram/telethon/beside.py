"""Another program of the same account: what it does another session must be told, and what that one does it is told."""
import asyncio
import io
import sys

from telethon import events, functions, types

from common import account, client, login, say


async def main():
    boris = account(1)
    me = client('intermediate')
    await login(me, boris)
    await me.get_dialogs()
    anna = await me.get_entity('anna_sandbox')

    seen = []
    me.add_event_handler(lambda event: note('sent ' + event.raw_text), events.NewMessage(outgoing=True))
    me.add_event_handler(lambda event: note('heard ' + event.raw_text), events.NewMessage(incoming=True))
    me.add_event_handler(lambda event: note('edited ' + event.raw_text), events.MessageEdited())
    me.add_event_handler(lambda event: note('deleted %d' % len(event.deleted_ids)), events.MessageDeleted())
    me.add_event_handler(lambda update: note(type(update).__name__), events.Raw([
        types.UpdateReadHistoryInbox, types.UpdatePinnedMessages, types.UpdateMessageReactions]))

    async def note(what):
        seen.append(what)
        say('seen', seen)

    def png(letter):
        file = io.BytesIO(b'\x89PNG\r\n\x1a\n' + letter * 900)
        file.name = letter.decode() + '.png'
        return file

    async def act():
        sent = await me.send_message(anna, '**from** Telethon')
        await me.edit_message(anna, sent.id, 'edited there')
        await me(functions.messages.SendReactionRequest(anna, sent.id, reaction='👍'))
        await me(functions.messages.UpdatePinnedMessageRequest(anna, sent.id, silent=True))
        reply = await me.send_message(anna, 'a reply', reply_to=sent.id)
        await me.forward_messages(anna, [reply.id], anna)
        await me.send_file(anna, [png(b'a'), png(b'b'), png(b'c')], caption=['an album', '', ''],
                           force_document=True)
        await me.send_read_acknowledge(anna)
        await me.delete_messages(anna, [sent.id], revoke=True)
        say('done', sent.id)

    say('ready')
    # The test says what comes next, one line at a time.
    loop = asyncio.get_event_loop()
    while True:
        order = (await loop.run_in_executor(None, sys.stdin.readline)).strip()
        if order != 'act':
            break
        await act()
    await me.disconnect()


asyncio.run(main())
