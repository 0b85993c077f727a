"""Log in with code and 2FA password, then what a person does every day."""
import asyncio
import hashlib
import os
import sys

from telethon import events

from common import account, client, control, login, say


async def main(transport):
    anna = account(0)
    me = client(transport)
    user = await login(me, anna)
    say('id', str(user.id))

    got = []
    deleted = []
    edited = []
    me.add_event_handler(lambda event: got.append(event.raw_text) or asyncio.sleep(0), events.NewMessage(incoming=True))
    me.add_event_handler(lambda event: deleted.extend(event.deleted_ids) or asyncio.sleep(0), events.MessageDeleted())
    me.add_event_handler(lambda event: edited.append(event.raw_text) or asyncio.sleep(0), events.MessageEdited())

    dialogs = await me.get_dialogs()
    say('dialogs', sorted(dialog.name for dialog in dialogs))
    boris = await me.get_entity('boris_sandbox')
    sent = await me.send_message(boris, 'hello **world** from Telethon')
    say('sent', sent.id)
    history = await me.get_messages(boris, limit=5)
    say('history', [message.raw_text for message in history])
    say('bold', type(history[0].entities[0]).__name__)
    await me.edit_message(boris, sent.id, 'edited')
    say('edit', (await me.get_messages(boris, ids=sent.id)).raw_text)

    for peer in ('@anna_sandbox', '-4000001', '-1000002000001', '-1000002000002'):
        author = '@anna_sandbox' if peer == '-1000002000002' else '@boris_sandbox'
        control('inject-message', **{'from': author, 'to': peer, 'text': 'in ' + peer})
    injected = control('inject-message', **{'from': '@boris_sandbox', 'to': '@anna_sandbox', 'text': 'short-lived'})
    control('edit', owner='@boris_sandbox', peer='@anna_sandbox', id=injected['ids']['1000002'], text='changed')
    control('remove', owner='@boris_sandbox', peer='@anna_sandbox', ids=[injected['ids']['1000002']])
    for _ in range(100):
        if len(got) >= 4 and deleted and edited:
            break
        await asyncio.sleep(0.05)
    say('received', sorted(got))
    say('edited', edited)
    say('deleted', len(deleted))

    small = b'hello file'
    message = await me.send_file(boris, small, attributes=[], caption='small')
    say('small', (await me.download_media(message, bytes)) == small)
    # Telethon's AES-CTR is pure Python: three megabytes of it would take half a minute.
    big = os.urandom(300_017 if transport == 'obfuscated' else 3 * 1024 * 1024 + 17)
    message = await me.send_file(boris, big)
    back = await me.download_media(message, bytes)
    say('big', hashlib.sha256(back).digest() == hashlib.sha256(big).digest())

    await me.send_read_acknowledge(boris)
    say('unread', next(one.unread_count for one in await me.get_dialogs() if one.name == 'Boris'))
    await me.delete_messages(boris, [sent.id])
    say('gone', (await me.get_messages(boris, ids=sent.id)) is None)
    channel = await me.get_entity('sandbox_news')
    posted = await me.send_message(channel, 'post by Telethon')
    say('post', (await me.get_messages(channel, limit=1))[0].id == posted.id)
    await me.disconnect()


asyncio.run(main(sys.argv[1]))
