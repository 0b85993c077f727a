"""What belongs to the account: wrong code and password, another data centre, sessions, profile, groups."""
import asyncio

from telethon import errors, functions, types

from common import account, client, control, login, say


async def refused(awaitable):
    try:
        await awaitable
    except errors.RPCError as error:
        return type(error).__name__
    return 'accepted'


async def main():
    anna, clara = account(0), account(2)
    me = client('intermediate')
    await me.connect()
    await me.send_code_request(anna['phone'])
    say('wrong code', await refused(me.sign_in(anna['phone'], '00000')))
    say('right code', await refused(me.sign_in(anna['phone'], anna['code'])))
    say('wrong password', await refused(me.sign_in(password='wrong')))
    say('right password', (await me.sign_in(password=anna['password'])).first_name)

    other = client('obfuscated', dc=anna['dc'])
    say('migrated', (await login(other, clara)).first_name)
    say('data centre', other.session.dc_id)

    qr = client('full')
    await qr.connect()
    login_qr = await qr.qr_login()
    control('scan-qr', account=clara['id'], token=login_qr.url)
    say('qr', (await login_qr.wait(10)).first_name)
    say('qr data centre', qr.session.dc_id)

    sessions = await other(functions.account.GetAuthorizationsRequest())
    say('sessions', len(sessions.authorizations))
    foreign = next(one for one in sessions.authorizations if not one.current)
    await other(functions.account.ResetAuthorizationRequest(foreign.hash))
    say('ended', await refused(qr(functions.updates.GetStateRequest())))

    boris = await me.get_entity('boris_sandbox')
    created = await me(functions.messages.CreateChatRequest([boris], 'Party'))
    say('group', created.chats[0].title)
    made = await me(functions.channels.CreateChannelRequest('Hall', 'about', megagroup=True))
    hall = made.chats[0]
    await me(functions.channels.InviteToChannelRequest(hall, [boris]))
    say('members', sorted(one.first_name for one in await me.get_participants(hall)))
    invite = await me(functions.messages.ExportChatInviteRequest(hall))
    code = invite.link.split('+')[1]
    await other(functions.messages.ImportChatInviteRequest(code))
    say('joined', len(await me.get_participants(hall)))
    await me.kick_participant(hall, clara['id'] and await me.get_entity(int(clara['id'])))
    say('kicked', len(await me.get_participants(hall)))
    await me.edit_permissions(hall, boris, send_messages=False)
    say('about', (await me(functions.channels.GetFullChannelRequest(hall))).full_chat.about)
    sent = await me.send_message(hall, 'react to me')
    await me(functions.messages.SendReactionRequest(hall, sent.id, reaction='👍'))
    again = await me.get_messages(hall, ids=sent.id)
    say('reaction', again.reactions.results[0].reaction)
    await me(functions.account.UpdateProfileRequest(first_name='Annette'))
    say('name', (await me.get_me()).first_name)
    poll = types.InputMediaPoll(types.Poll(0, 'Tea?', [types.PollAnswer('yes', b'1'), types.PollAnswer('no', b'2')]))
    asked = await me.send_message(hall, file=poll)
    await me(functions.messages.SendVoteRequest(hall, asked.id, [b'1']))
    say('votes', (await me.get_messages(hall, ids=asked.id)).media.results.total_voters)
    say('logged out', await other.log_out())
    for one in (me, other, qr):
        await one.disconnect()


asyncio.run(main())
