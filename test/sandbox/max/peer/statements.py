"""What the notes say about the service beside the plain use of each request: limits, refusals, what others are told, and
what comes again. One function a heading."""
from checks import *

NOW = lambda: int(time.time() * 1e6)
MODE = bytes(96)


def fresh_phone(n):
    return '+7999777%04d' % n


def mobile():
    c = tcp()
    c.init(ANDROID, '9f3c1a2b4d5e6f7%d' % (os.getpid() % 10), mt_instanceid=str(uuid.uuid4()), clientSessionId=17)
    return c


def code_of(phone):
    return control('last-code?phone=' + urllib.parse.quote(phone))['code']


def text(c, chat, words, **more):
    return c.call(64, dict({'chatId': chat, 'message': {'cid': NOW(), 'text': words}}, **more))['message']


def transport():
    # 1.2: from 32 bytes on a body is an LZ4 block whose flag times its length is room enough; less is left alone
    c = mobile()
    raw = c.w.raw
    step('flags', raw and all(flag == 0 if size < 32 else flag > 0 and flag * packed >= size for flag, packed, size in raw if size), raw)
    step('a bare reply', c.call(1, {'interactive': False}) is None and c.w.raw[-1] == (0, 0, 0), c.w.raw[-1])
    c.close()
    # 1.4: the version of each transport
    j = plain_json()
    j.w.ws.send(1, json.dumps({'ver': 10, 'cmd': 0, 'seq': 0, 'opcode': 6, 'payload': {}}).encode())
    f = j.w.recv()
    step('ver 10 on JSON', f['cmd'] == 3 and f['payload']['error'] == 'proto.ver', f)
    j.close()
    # 1.7: a token belongs to the way it was obtained
    c = binary(); c.init(WEB, ANNA['mobile']['deviceId'])
    refused('a mobile token on the web', ('login.token',), c.login_web, ANNA['mobile']['token'])
    c.close()
    c = mobile()
    refused('a web token on TCP', ('login.token',), c.login_mobile, ANNA['web']['token'])
    c.close()
    c = mobile()
    refused('QR on a phone', ('FAIL_FORBIDDEN', 'proto.opcode', 'qr_login.disabled'), c.call, 288, {})
    c.close()
    # a push-only number as a request closes; a number nobody knows does not
    c, _ = session('binary', ANNA)
    refused('an unknown number', ('proto.opcode',), c.call, 9999, {})
    step('and goes on', c.call(1, {'interactive': False}) is None)
    refused('a push-only number', ('proto.opcode',), c.call, 155, {})
    refused('and closes', ('closed',), c.call, 1, {'interactive': False})


def codes():
    # 3.1, 9.1, 11.3: bursts, attempts, expiry, the fingerprint
    c = mobile()
    for n in range(3): c.call(17, {'phone': fresh_phone(1), 'type': 'START_AUTH', 'language': 'ru', 'mode': MODE})
    refused('the fourth code within seconds', ('error.limit.violate',), c.call, 17, {'phone': fresh_phone(1), 'type': 'START_AUTH', 'language': 'ru', 'mode': MODE})
    r = c.call(17, {'phone': fresh_phone(2), 'type': 'START_AUTH', 'language': 'ru', 'mode': MODE})
    keys = []
    for n in range(6):
        try: c.call(18, {'token': r['token'], 'verifyCode': 'x%d' % n, 'authTokenType': 'CHECK_CODE'})
        except MaxError as e: keys.append(e.key)
    step('attempts', keys[:4] == ['verify.code.wrong'] * 4 and keys[-1] == 'error.code.attempt.limit', keys)
    r = c.call(17, {'phone': fresh_phone(3), 'type': 'START_AUTH', 'language': 'ru', 'mode': MODE})
    right = code_of(fresh_phone(3))
    step('no code without the fingerprint', c.call(17, {'phone': fresh_phone(4), 'type': 'START_AUTH', 'language': 'ru'})['codeLength'] == 6 and code_of(fresh_phone(4)) is None)
    refused('a number that is none', ('phone.wrong',), c.call, 17, {'phone': '123', 'type': 'START_AUTH', 'language': 'ru', 'mode': MODE})
    c.close()
    control('advance', {'ms': 301_000})
    c = mobile()
    refused('a code of five minutes ago', ('verify.code.expired',), c.call, 18, {'token': r['token'], 'verifyCode': right, 'authTokenType': 'CHECK_CODE'})
    c.close()
    c = plain_json(); c.init(OLD_WEB, str(uuid.uuid4()))
    q = c.call(288, {})
    step('QR for two minutes', q['ttl'] == 120_000 and q['pollingInterval'] == 5_000, q)
    control('advance', {'ms': 121_000})
    refused('a picture of yesterday', ('track.not.found',), c.call, 289, {'trackId': q['trackId']})
    refused('finished before anybody approved', ('track.not.found',), c.call, 291, {'trackId': c.call(288, {})['trackId']})
    c.close()


def others():
    # 2.9, 11.4: what other sessions and other people are told
    a, _ = session('binary', ANNA)
    own, _ = session('tcp', ANNA)
    b, _ = session('json', BORIS)
    a.call(16, {'firstName': 'Anna', 'lastName': 'Lee'})
    step('159 on the own other session', own.push(159)['profile']['contact']['id'] == int(ANNA['id']))
    step('131 to who knows her', b.push(131)['contact']['id'] == int(ANNA['id']))
    a.call(22, {'settings': {'user': {'SHOW_READ_MARK': True}}})
    n = own.push(134)
    step('134', isinstance(n['config']['hash'], str) and n['config']['user']['SHOW_READ_MARK'] is True, n)
    a.call(34, {'contactId': int(CLARA['id']), 'action': 'UPDATE', 'firstName': 'Klara'})
    step('131 of an own rename', own.push(131, lambda p: p['contact']['id'] == int(CLARA['id']))['contact']['names'][-1]['type'] == 'CUSTOM')
    fid = str(uuid.uuid4())
    a.call(274, {'id': fid, 'title': 'Pushed', 'include': [DIALOG], 'filters': [], 'options': []})
    step('277', fid in [f['id'] for f in own.push(277)['folders']])
    refused('a title of 21 characters', ('folder.validation.title.too-long',), a.call, 274, {'id': fid, 'title': 'x' * 21, 'include': [], 'filters': [], 'options': []})
    m = text(b, DIALOG, 'read me')
    n = a.push(128, lambda p: p['message'].get('text') == 'read me')
    step('prevMessageId is of the message before, and no mark of an edit', 'status' not in n['message'] and int(n['prevMessageId']) < int(m['id']), n)
    a.call(50, {'type': 'READ_MESSAGE', 'chatId': DIALOG, 'messageId': a.mid(m['id']), 'mark': m['time']})
    n = own.push(130, lambda p: p['userId'] == int(ANNA['id']))
    step('130 of an own read', n['mark'] == m['time'] and n['setAsUnread'] is False, n)
    older = a.call(50, {'type': 'READ_MESSAGE', 'chatId': DIALOG, 'messageId': a.mid(m['id']), 'mark': m['time'] - 60_000})
    step('a mark never goes back', older['mark'] == m['time'], older)
    a.call(1, {'interactive': True})
    n = b.push(132, lambda p: p['userId'] == int(ANNA['id']))
    step('132 online', n['presence'].get('status') == 1 or n['presence'].get('on') == 'ON', n)
    a.call(1, {'interactive': False})
    step('132 away', b.push(132, lambda p: p['userId'] == int(ANNA['id']))['presence'].get('status') != 1)
    control('incoming-call', {'from': BORIS['id'], 'to': ANNA['id']})
    n = a.push(137)
    step('137', n['callerId'] == int(BORIS['id']) and n['type'] in ('AUDIO', 'VIDEO') and isinstance(n['conversationId'], str), n)
    at = a.push(128, lambda p: any(x['_type'] == 'CALL' for x in p['message'].get('attaches', [])))['message']['attaches'][0]
    step('CALL', at['callType'] in ('AUDIO', 'VIDEO') and at['hangupType'] in ('HUNGUP', 'REJECTED', 'CANCELED', 'MISSED', 'TIMEOUT') and 'duration' in at, at)
    # a scheduled message fires: an ordinary 128, and 154
    later = a.call(64, {'chatId': DIALOG, 'message': {'cid': NOW(), 'text': 'fired', 'delayedAttributes': {'timeToFire': m['time'] + 600_000}}})['message']
    moved = a.call(67, {'chatId': DIALOG, 'messageId': a.mid(later['id']), 'text': 'fired', 'elements': [], 'attachments': [], 'delayedAttributes': {'timeToFire': m['time'] + 30_000}})
    step('a scheduled message is moved', moved['message']['delayedAttributes']['timeToFire'] == m['time'] + 30_000, moved)
    control('advance', {'ms': 31_000})
    step('it fires', b.push(128, lambda p: p['message'].get('text') == 'fired') and own.push(154))
    # a bulk deletion by time
    x = text(a, DIALOG, 'swept')
    a.call(92, {'chatId': DIALOG, 'startTime': x['time'], 'endTime': x['time']})
    n = b.push(140)
    step('140', n['chatId'] == DIALOG and n['startTime'] == x['time'] == n['endTime'], n)
    # the same cid over another connection is the same message
    cid = NOW()
    one = a.call(64, {'chatId': DIALOG, 'message': {'cid': cid, 'text': 'once'}})['message']
    two = own.call(64, {'chatId': DIALOG, 'message': {'cid': cid, 'text': 'once'}})['message']
    step('one cid, two connections, one message', str(one['id']) == str(two['id']), (one, two))
    # a reaction on a phone: 155, and the chat with what was last
    b.call(178, {'chatId': DIALOG, 'messageId': b.mid(one['id']), 'reaction': {'reactionType': 'EMOJI', 'id': '🔥'}})
    own.push(155, lambda p: str(p['messageId']) == str(one['id']))
    n = own.push(135, lambda p: p['chat'].get('lastReactedMessageId') is not None)
    step('135 with the last reaction', str(n['chat']['lastReactedMessageId']) == str(one['id']) and n['chat'].get('lastReaction'), n)
    b.call(178, {'chatId': DIALOG, 'messageId': b.mid(one['id']), 'reaction': {'reactionType': 'EMOJI', 'id': '👍'}})
    x = b.call(180, {'chatId': DIALOG, 'messageIds': [b.mid(one['id'])]})
    step('a new reaction replaces the old', list(x['messagesReactions'].values())[0]['counters'] == [{'count': 1, 'reaction': '👍'}], x)
    refused('no emoji', ('error.message.like.unknown.like', 'error.message.like.unknown.reaction'), b.call, 178, {'chatId': DIALOG, 'messageId': b.mid(one['id']), 'reaction': {'reactionType': 'EMOJI', 'id': 'abc'}})
    # 3: reconnect; a server's ping wants cmd 1
    control('reconnect', {'account': ANNA['id'], 'redirectHost': 'api2.oneme.ru'})
    step('3', a.push(3) == {'redirectHost': 'api2.oneme.ru'})
    for c in (a, b, own): c.close()


def refusals():
    a, _ = session('json', ANNA)
    b, _ = session('json', BORIS)
    # 2.2: seven days
    old = control('inject-message', {'from': ANNA['id'], 'to': BORIS['id'], 'text': 'old', 'time': int(time.time() * 1000) - 9 * 86_400_000, 'tell': False})
    refused('an edit after seven days', ('error.message.invalid', 'FAIL_FORBIDDEN', 'chat.denied'), a.call, 67, {'chatId': DIALOG, 'messageId': a.mid(old['messageId']), 'text': 'x', 'elements': [], 'attachments': []})
    # 2.8: polls
    p = a.call(64, {'chatId': DIALOG, 'message': {'cid': NOW(), 'attaches': [{'_type': 'POLL', 'title': 'Q', 'answers': [{'text': 'a'}, {'text': 'b'}], 'settings': 0}]}})['message']
    at = p['attaches'][0]
    ids = [x['answerId'] for x in at['answers']]
    vote = lambda c, answers: c.call(304, {'chatId': DIALOG, 'messageId': c.mid(p['id']), 'pollId': at['pollId'], 'answersIds': answers})
    refused('two answers of one', ('poll.denied',), vote, b, ids)
    s = vote(b, ids[:1])['state']
    step('the state of a poll', s['total'] == 1 and {'answerId', 'voteCount', 'rate', 'options'} <= set(s['result'][0]) and isinstance(s['voterPreviewIds'], list), s)
    refused('a second vote', ('poll.already.voted',), vote, b, ids[1:])
    c, _ = session('binary', BORIS)
    refused('wrapped answer ids', ('proto.payload', 'closed'), c.call, 304, {'chatId': DIALOG, 'messageId': int(p['id']), 'pollId': at['pollId'], 'answersIds': [Ext1(ids[0])]})
    c.close()
    # 7: rights and privacy
    g = a.call(64, {'notify': True, 'message': {'cid': NOW(), 'attaches': [{'_type': 'CONTROL', 'event': 'new', 'chatType': 'CHAT', 'title': 'Rights', 'userIds': [int(BORIS['id'])]}]}})
    gid = g['chatId']
    first = b.push(128, lambda n: n['chatId'] == gid)['message']['attaches'][0]
    step('CONTROL new', first['event'] == 'new' and first['chatType'] == 'CHAT' and first['title'] == 'Rights' and int(BORIS['id']) in first['userIds'], first)
    refused('a member promotes himself', ('chat.denied', 'FAIL_FORBIDDEN'), b.call, 77, {'chatId': gid, 'userIds': [int(BORIS['id'])], 'type': 'ADMIN', 'operation': 'add', 'permissions': 255})
    control('set-account', {'account': CLARA['id'], 'settings': {'CHATS_INVITE': 'NOBODY'}})
    refused('who does not want to be added', ('participants.filter.out',), a.call, 77, {'chatId': gid, 'userIds': [int(CLARA['id'])], 'operation': 'add', 'showHistory': True})
    control('set-account', {'account': CLARA['id'], 'settings': {'CHATS_INVITE': 'ALL'}})
    # each change is a CONTROL message and the fresh chat
    def told(event, push_of=b):
        n = push_of.push(128, lambda n: n['chatId'] == gid and any(x.get('event') == event for x in n['message'].get('attaches', [])))
        fresh = push_of.push(135, lambda n: n['chat']['id'] == gid)
        step('CONTROL %s and 135' % event, n['message']['type'] == 'USER' and fresh['chat']['type'] == 'CHAT', (n, fresh))
        return [x for x in n['message']['attaches'] if x.get('event') == event][0]
    a.call(55, {'chatId': gid, 'theme': 'Renamed'})
    step('title', told('title')['title'] == 'Renamed')
    m = text(a, gid, 'pin me')
    a.call(55, {'chatId': gid, 'pinMessageId': a.mid(m['id']), 'notifyPin': False}); told('pin')
    a.call(77, {'chatId': gid, 'userIds': [int(CLARA['id'])], 'operation': 'add', 'showHistory': False})
    step('add', told('add')['userIds'] == [int(CLARA['id'])])
    a.call(77, {'chatId': gid, 'userIds': [int(CLARA['id'])], 'operation': 'remove', 'cleanMsgPeriod': 0})
    step('remove', told('remove')['userId'] == int(CLARA['id']))
    b.call(58, {'chatId': gid}); told('leave', a)
    link = a.call(48, {'chatIds': [gid]})['chats'][0]['link']
    b.call(57, {'link': link}); told('joinByLink', a)
    refused('a public name that is taken', ('link.not.available',), a.call, 55, {'chatId': gid, 'access': 'PUBLIC', 'link': 'sandbox_news'})
    refused('the parting of the owner by another', ('chat.denied', 'FAIL_FORBIDDEN'), b.call, 77, {'chatId': gid, 'userIds': [int(ANNA['id'])], 'operation': 'remove', 'cleanMsgPeriod': 0})
    # 2.6, 8.2: blocked, restricted, hidden, ill-named
    b.call(34, {'contactId': int(ANNA['id']), 'action': 'BLOCK'})
    refused('writing to who blocked', ('contact.blocked', 'chat.blocked'), text, a, DIALOG, 'hello?')
    b.call(34, {'contactId': int(ANNA['id']), 'action': 'UNBLOCK'})
    stranger = int(control('add-account', {'firstName': 'Stranger', 'phone': '79990001234'})['id'])
    control('set-account', {'account': ANNA['id'], 'restricted': True})
    refused('a restricted account opens a dialog', ('error.user.restricted.send',), a.call, 64, {'userId': stranger, 'message': {'cid': NOW(), 'text': 'hi'}})
    step('existing dialogs go on', text(a, DIALOG, 'still here')['id'])
    control('set-account', {'account': ANNA['id'], 'restricted': False})
    control('set-account', {'account': str(stranger), 'settings': {'SEARCH_BY_PHONE': 'NOBODY'}})
    refused('a hidden number', ('not.found',), a.call, 46, {'phone': '+79990001234'})
    refused('a name that is none', ('validate.first_name.invalid_chars',), a.call, 16, {'firstName': '<b>'})
    for c in (a, b): c.close()


def media():
    a, _ = session('json', ANNA)
    b, _ = session('json', BORIS)
    # a file that is not there yet is not ready; the same cid goes through later
    info = a.call(87, {'count': 1})['info'][0]
    cid = NOW()
    send = lambda: a.call(64, {'chatId': DIALOG, 'message': {'cid': cid, 'attaches': [{'_type': 'FILE', 'fileId': info['fileId']}]}})
    refused('a file without its bytes', ('attachment.not.ready',), send)
    head = {'Content-Range': 'bytes 0-4/5', 'Content-Type': 'application/x-binary; charset=x-user-defined', 'Content-Disposition': 'attachment; filename=a.txt'}
    st, _, _ = fetch('POST', info['url'], b'bytes', head, CA)
    a.push(136, lambda p: p.get('fileId') == info['fileId'])
    step('and later', send()['message']['attaches'][0]['size'] == 5)
    st, _, _ = fetch('POST', info['url'], b'bytes', head, CA)
    step('an address is used once', st >= 400, st)
    bad = a.call(87, {'count': 1})['info'][0]
    st, _, _ = fetch('POST', bad['url'], b'bytes', dict(head, **{'Content-Range': 'bytes 0-9/10'}), CA)
    step('a range that does not fit', st >= 400, st)
    two = a.call(87, {'count': 1})['info'][0]
    fetch('POST', two['url'], b'bytes', head, CA)
    a.push(136, lambda p: p.get('fileId') == two['fileId'])
    refused('two files in one message', ('proto.payload',), a.call, 64, {'chatId': DIALOG, 'message': {'cid': NOW(), 'attaches': [{'_type': 'FILE', 'fileId': x['fileId']} for x in (info, two)]}})
    # several photos over one address
    slot = a.call(80, {'count': 2, 'profile': False})
    step('ids of the photos stand in the address', len(urllib.parse.parse_qs(urllib.parse.urlsplit(slot['url']).query)['photoIds'][0].split(',')) == 2, slot)
    st, _, _ = fetch('POST', slot['url'], b'raw', {'Content-Type': 'image/png'}, CA)
    step('a photo wants a form', st >= 400, st)
    # a link to a file lives an hour, a photo's a day
    page = a.call(49, {'chatId': DIALOG, 'from': int(time.time() * 1000) + 10 ** 9, 'forward': 0, 'backward': 5, 'getMessages': True})
    m = [x for x in page['messages'] if any(y['_type'] == 'FILE' for y in x.get('attaches', []))][-1]
    url = b.call(88, {'chatId': DIALOG, 'messageId': b.mid(m['id']), 'fileId': m['attaches'][0]['fileId']})['url']
    step('an address of a file', fetch('GET', url, ca=CA)[0] == 200)
    step('a changed one is refused', fetch('GET', url.replace('s=', 's=0'), ca=CA)[0] in (401, 403, 410))
    for c in (a, b): c.close()
    control('advance', {'ms': 3_700_000})
    step('an hour later it is over', fetch('GET', url, ca=CA)[0] in (401, 410))


def again():
    # 3.4, 4.5, 11.3: LOGIN2, nulls, a token that ages, pushes that come again
    control('set-policy', {'login2': True, 'nullInContacts': True, 'redeliverUnacknowledged': True})
    c = mobile()
    l = c.login_mobile(ANNA['mobile']['token'])
    flags = l.get('login2Flags') or {}
    step('login2Flags', all(flags.get(k) is True for k in ('configEnabled', 'contactEnabled', 'profileEnabled')) and not l.get('profile') and not l.get('config'), l)
    r = c.call(8, {'needProfile': True, 'contactsSync': -1, 'configHash': ''})
    people = r.get('contactInfos') or r.get('contacts')
    step('8', r['profile']['contact']['id'] == int(ANNA['id']) and r['config']['hash'] and None in people and len(people) > 1, r)
    c.close()
    silent = Client(TcpWire(dial(A['tcp'], CA)[0]), start=1, ack=False)
    silent.init(ANDROID, ANNA['mobile']['deviceId']); silent.login_mobile(ANNA['mobile']['token'])
    told = control('inject-message', {'from': BORIS['id'], 'to': ANNA['id'], 'text': 'unacknowledged'})
    n = silent.push(128, lambda p: str(p['message']['id']) == told['messageId'])
    silent.close()
    c = mobile(); c.login_mobile(ANNA['mobile']['token'])
    step('a push without an answer comes again', c.push(128, lambda p: str(p['message']['id']) == told['messageId'])['message']['text'] == 'unacknowledged')
    c.close()
    control('set-policy', {'login2': False, 'nullInContacts': False, 'redeliverUnacknowledged': False})
    control('rotate-token', {'account': BORIS['id']})
    c, l = session('binary', BORIS)
    fresh = l['token']
    step('an aged token is replaced', isinstance(fresh, str) and fresh != BORIS['web']['token'])
    c.close()
    for token in (BORIS['web']['token'], fresh):
        c = binary(); c.init(WEB, BORIS['web']['deviceId'])
        step('the old one lives on beside the new', c.login_web(token)['token'] == fresh)
        c.close()
    # 2.3: the list of chats to its end
    c, _ = session('tcp', ANNA)
    marker, seen = int(time.time() * 1000) + 10 ** 9, []
    for _ in range(100):
        page = c.call(53, {'marker': marker, 'count': 2})
        step('53 older than its marker', all(x['lastEventTime'] < marker for x in page['chats']), page)
        seen += [x['id'] for x in page['chats']]
        if not page.get('marker'): break
        marker = page['marker']
    step('53 ends, and nothing comes twice', not page.get('marker') and len(seen) == len(set(seen)) >= 3, seen)
    c.close()


PLAN = [transport, codes, others, refusals, media, again]
