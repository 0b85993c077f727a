"""Everything a client does, over every front, against the sandbox whose first line of output is in SANDBOX. What disagrees
with the notes is printed; the last line is one JSON object."""
import statements
from checks import *


def handshake():
    try:
        ws_connect(A['websocket'], CA, origin=None)
        step('upgrade without Origin', False)
    except ConnectionError as e:
        step('upgrade without Origin', e.args[0] == 403, e.args)
    for make in (binary, plain_json, tcp):
        c = make()
        refused('1 before 6', ('session.state',), c.call, 1, {'interactive': False})
        c.close()
    c = tcp()
    r = c.init(ANDROID, '9f3c1a2b4d5e6f70', mt_instanceid=str(uuid.uuid4()), clientSessionId=17)
    step('6 mobile', INT(r.get('callsSeed')) and isinstance(r.get('location'), str) and r.get('app-update-type') == 0 and isinstance(r.get('reg-country-code'), list)
         and 'phone-auto-complete-enabled' in r and 'qr-auth-enabled' in r and r.get('lang') is not None, r)
    refused('49 before login', ('session.state',), c.call, 49, {'chatId': 1, 'from': 1, 'backward': 1, 'forward': 0, 'getMessages': True})
    c.close()
    c = binary()
    r = c.init(WEB, str(uuid.uuid4()))
    step('6 web', r.get('phone-auth-enabled') is False and isinstance(r.get('location'), str) and r.get('lang') is not None and isinstance(r.get('reg-country-code'), list), r)
    step('ping in INIT', c.call(1, {'interactive': True}) is None)
    step('telemetry in INIT', c.call(5, {'events': []}) is None)
    refused('17 as WEB', ('captcha', 'error', 'proto.state', 'session.state', 'auth.blocked', 'FAIL_FORBIDDEN', 'phone-auth.disabled', 'error.limit.violate', 'proto.payload', 'auth.captcha.required', 'service.unavailable'), c.call, 17, {'phone': ANNA['phone'], 'type': 'START_AUTH', 'language': 'ru'})
    c.close()
    c = binary()
    refused('another device on WS', ('proto.payload', 'client.unsupported-version', 'proto.state', 'session.state', 'FAIL_FORBIDDEN', 'closed', 'error.device', 'auth.device'), c.init, ANDROID, '9f3c1a2b4d5e6f70')
    c.close()
    c = binary()
    refused('old version', ('client.unsupported-version',), c.init, dict(WEB, appVersion='24.1.1'), str(uuid.uuid4()))
    c.close()
    # wrong ver
    w = ws_connect(A['websocket'], CA)
    w.send(2, frame(0, 0, 6, {'userAgent': WEB, 'deviceId': 'x'}, ver=11))
    f = parse_frame(w.recv()[1])
    step('ver 11 on binary', f['cmd'] == 3 and f['payload']['error'] == 'proto.ver', f)
    w.s.close()
    c = tcp(); c.init(ANDROID, '9f3c1a2b4d5e6f70')
    e = refused('unknown token', ('login.token',), c.login_mobile, 'nonsense')
    step('unknown token message', getattr(e, 'payload', {}).get('message') == 'FAIL_LOGIN_TOKEN', getattr(e, 'payload', None))
    c.close()
    c = binary(); c.init(WEB, ANNA['web']['deviceId'])
    refused('chatsCount 200', ('proto.payload', "'chatsCount' out of range"), c.login_web, ANNA['web']['token'], chatsCount=200)
    c.close()


def phone_login():
    c = tcp()
    c.init(ANDROID, '9f3c1a2b4d5e6f70', mt_instanceid=str(uuid.uuid4()), clientSessionId=17)
    mode = bytes(96)
    r = c.call(17, {'phone': ANNA['phone'], 'type': 'START_AUTH', 'language': 'ru', 'mode': mode})
    step('17', isinstance(r.get('token'), str) and r.get('codeLength') == 6 and INT(r.get('requestMaxDuration')) and INT(r.get('requestCountLeft')) and INT(r.get('altActionDuration')), r)
    code = control('last-code?phone=' + urllib.parse.quote(ANNA['phone']))
    code = code['code'] if isinstance(code, dict) else code
    wrong = '000000' if code != '000000' else '111111'
    refused('wrong code', ('verify.code.wrong',), c.call, 18, {'token': r['token'], 'verifyCode': wrong, 'authTokenType': 'CHECK_CODE'})
    r18 = c.call(18, {'token': r['token'], 'verifyCode': code, 'authTokenType': 'CHECK_CODE'})
    step('18 challenge', r18.get('passwordChallenge', {}).get('trackId') and r18.get('tokenAttrs') == {}, r18)
    track = r18['passwordChallenge']['trackId']
    bad = c.call(115, {'trackId': track, 'password': 'wrong'})
    step('115 wrong inside OK', isinstance(bad.get('error'), str) and not bad.get('tokenAttrs', {}).get('LOGIN'), bad)
    good = c.call(115, {'trackId': track, 'password': ANNA['password']})
    step('115', token_of(good) and good['profile']['contact']['id'] == int(ANNA['id']), good)
    l = c.login_mobile(token_of(good), chatCacheFingerprint=mode)
    step('19 after phone', l['profile']['contact']['id'] == int(ANNA['id']), l.keys())
    refused('19 again', ('session.state',), c.login_mobile, token_of(good))
    c.close()
    c = tcp(); c.init(ANDROID, 'aaaaaaaaaaaaaaa1')
    r = c.call(17, {'phone': BORIS['phone'], 'type': 'START_AUTH', 'language': 'ru', 'mode': mode})
    code = control('last-code?phone=' + urllib.parse.quote(BORIS['phone']))['code']
    refused('no 2FA with a live session', ('error.profile.active.session.no2fa',), c.call, 18, {'token': r['token'], 'verifyCode': code, 'authTokenType': 'CHECK_CODE'})
    c.close()
    # registration
    c = tcp(); c.init(ANDROID, 'aaaaaaaaaaaaaaa2')
    phone = '+79995550011'
    r = c.call(17, {'phone': phone, 'type': 'START_AUTH', 'language': 'ru', 'mode': mode})
    r2 = c.call(17, {'phone': phone, 'type': 'RESEND', 'language': 'ru', 'mode': mode})
    step('RESEND lowers requestCountLeft', r2['requestCountLeft'] < r['requestCountLeft'], (r, r2))
    code = control('last-code?phone=' + urllib.parse.quote(phone))['code']
    g = c.call(18, {'token': r2['token'], 'verifyCode': code, 'authTokenType': 'CHECK_CODE'})
    step('18 register', isinstance(g['tokenAttrs'].get('REGISTER', {}).get('token'), str) and isinstance(g.get('presetAvatars'), list), g)
    r = c.call(23, {'token': g['tokenAttrs']['REGISTER']['token'], 'tokenType': 'REGISTER', 'firstName': 'Newcomer'})
    step('23', isinstance(r.get('token'), str) and r.get('tokenType') == 'LOGIN' and INT(r.get('userToken')) and r.get('profile'), r)
    l = c.login_mobile(r['token'])
    step('19 newcomer', l['profile']['contact']['names'][0]['firstName'] == 'Newcomer' and isinstance(l['chats'], list), l)
    # 2FA set/change/remove
    t = c.call(112, {'type': 0})['trackId']
    c.call(107, {'trackId': t, 'password': 'secret1'})
    c.call(108, {'trackId': t, 'hint': 'pet'})
    step('111 set', isinstance(c.call(111, {'trackId': t, 'password': 'secret1', 'hint': 'pet', 'expectedCapabilities': [0, 3]}), (dict, type(None))))
    d = c.call(104, {})
    step('104', isinstance(d, dict), d)
    t = c.call(112, {'type': 0})['trackId']
    c.call(113, {'trackId': t, 'password': 'secret1'})
    c.call(107, {'trackId': t, 'password': 'secret2'})
    c.call(111, {'trackId': t, 'password': 'secret2', 'expectedCapabilities': [1]})
    t = c.call(112, {'type': 0})['trackId']
    c.call(113, {'trackId': t, 'password': 'secret2'})
    c.call(111, {'trackId': t, 'remove2fa': True, 'expectedCapabilities': [5]})
    step('20', c.call(20, {}) is None)
    try:
        c.pump(); step('20 closes', False)
    except (EOFError, OSError):
        step('20 closes', True)


def qr_login():
    c = plain_json()
    c.init(OLD_WEB, str(uuid.uuid4()))
    q = c.call(288, {})
    step('288', isinstance(q.get('qrLink'), str) and q.get('trackId') and INT(q.get('pollingInterval')) and INT(q.get('ttl')) and INT(q.get('expiresAt')), q)
    s = c.call(289, {'trackId': q['trackId']})
    step('289', INT(s['status']['expiresAt']) and not s['status'].get('loginAvailable'), s)
    refused('289 unknown', ('track.not.found',), c.call, 289, {'trackId': 'nonsense'})
    phone, _ = session('tcp', ANNA)
    phone.call(290, {'qrLink': q['qrLink']})
    s = c.call(289, {'trackId': q['trackId']})
    step('289 ready', s['status'].get('loginAvailable') is True, s)
    r = c.call(291, {'trackId': q['trackId']})
    if 'passwordChallenge' in r:
        r = c.call(115, {'trackId': r['passwordChallenge']['trackId'], 'password': ANNA['password']})
    l = c.login_web(token_of(r))
    step('19 after QR', l['profile']['contact']['id'] == int(ANNA['id']), l)
    ss = c.call(96, {})
    step('96', len(ss['sessions']) >= 3 and sum(1 for x in ss['sessions'] if x.get('current')) == 1 and all(INT(x['time']) and 'client' in x and 'info' in x and 'location' in x for x in ss['sessions']), ss)
    c.call(20, {})
    phone.close(); c.close()


def check_login(c, l):
    step('19 profile', INT(l['profile']['contact']['id']) and isinstance(l['profile'].get('profileOptions', []), list), l['profile'])
    check_user(c, l['profile']['contact'], '19 profile')
    for ch in l['chats']: check_chat(c, ch, '19')
    step('19 messages', isinstance(l.get('messages'), dict), l.get('messages'))
    for k, ms in l['messages'].items():
        step('19 messages key', str(k).lstrip('-').isdigit() and isinstance(ms, list), k)
        for m in ms: check_message(c, m, '19 messages')
    for u in l['contacts']:
        if u is not None: check_user(c, u, '19 contacts')
    step('19 presence', all(INT(p.get('seen', 0)) and p.get('seen', 0) < 1e11 for p in l['presence'].values()), l['presence'])
    step('19 drafts', set(l['drafts']) == {'chats', 'users'} and all('saved' in v and 'discarded' in v for v in l['drafts'].values()), l['drafts'])
    cf = l['config']
    step('19 config', isinstance(cf.get('hash'), str) and all(isinstance(cf.get(k, {}), dict) for k in ('server', 'user', 'chats', 'experiments')), cf)
    step('19 time', INT(l['time']) and INT(l.get('chatMarker', 0)), (l['time'], l.get('chatMarker')))


def messaging(kind, other_kind):
    a, l = session(kind, ANNA, ids='ext' if kind == 'binary' else 'plain')
    b, lb = session(other_kind, BORIS)
    own, _ = session('tcp' if kind != 'tcp' else 'binary', ANNA)
    check_login(a, l)
    w = kind + ': '
    step(w + 'pong', a.call(1, {'interactive': False}) is None)
    cid = -int(time.time() * 1000)
    text = 'Hi \U0001F600 bold'
    p = {'chatId': a.cid(DIALOG), 'notify': True, 'message': {'cid': a.cid(cid), 'text': text, 'attaches': [], 'elements': [{'type': 'STRONG', 'from': 6, 'length': 4}]}}
    r = a.call(64, p)
    m = r['message']
    check_message(a, m, w + '64')
    step(w + '64 reply', r.get('chatId') == DIALOG and m['cid'] == cid and m['sender'] == int(ANNA['id']) and m['text'] == text and INT(r.get('mark')) and INT(r.get('unread')), r)
    again = a.call(64, p)
    step(w + '64 same cid', again['message']['id'] == m['id'], again)
    n = b.push(128, lambda x: x['message'].get('cid') == cid)
    step(w + '128', n['chatId'] == DIALOG and n['message']['sender'] == int(ANNA['id']) and n['message']['text'] == text and n.get('ttl') is False and INT(n.get('unread')) and INT(n.get('mark')), n)
    step(w + '128 elements', [dict(e, **{'from': e.get('from', 0)}) for e in n['message'].get('elements', [])] == [{'type': 'STRONG', 'from': 6, 'length': 4}], n)
    check_message(b, n['message'], w + '128')
    step(w + '128 no status', 'status' not in n['message'] and 'chatId' not in n['message'], n)
    o = own.push(128, lambda x: x['message'].get('cid') == cid)
    step(w + '128 own other session', o['message']['sender'] == int(ANNA['id']), o)
    mid = a.mid(m['id'])
    # minimal send: only chatId and text
    mini = a.call(64, {'chatId': DIALOG, 'message': {'cid': cid - 1, 'text': 'mini'}})['message']
    # reply, forward
    rep = b.call(64, {'chatId': DIALOG, 'message': {'cid': 5000001 + int(time.time() * 1000), 'text': 'answer', 'link': {'type': 'REPLY', 'messageId': b.mid(m['id'])}}})
    n = a.push(128, lambda x: x['message'].get('text') == 'answer')
    step(w + 'reply link', n['message'].get('link', {}).get('type') == 'REPLY' and str(n['message']['link']['message']['id']) == str(m['id']), n)
    fwd = a.call(64, {'chatId': 0, 'message': {'cid': cid - 2, 'link': {'type': 'FORWARD', 'chatId': DIALOG, 'messageId': mid}}})
    step(w + 'forward to Saved', fwd.get('chatId') == 0 and fwd['message']['link']['type'] == 'FORWARD' and fwd['message']['link']['message']['text'] == text, fwd)
    try:
        u = a.call(64, {'userId': int(BORIS['id']), 'message': {'cid': cid - 3, 'text': 'by user'}})
        step(w + '64 userId', u['chatId'] == DIALOG, u)
    except MaxError as e: step(w + '64 userId', False, e.payload)
    # edit
    e = a.call(67, {'chatId': DIALOG, 'messageId': mid, 'text': 'edited', 'elements': [], 'attachments': []})
    step(w + '67', e['message'].get('status') == 'EDITED' and INT(e['message'].get('updateTime')) and e['message']['text'] == 'edited', e)
    n = b.push(128, lambda x: x['message'].get('status') == 'EDITED')
    step(w + '67 push', str(n['message']['id']) == str(m['id']) and n['message']['text'] == 'edited', n)
    refused(w + '67 of another', ('FAIL_FORBIDDEN', 'chat.denied', 'not.found', 'proto.payload', 'error.message.invalid', 'message.not.own', 'error.message.chat.access'), b.call, 67, {'chatId': DIALOG, 'messageId': b.mid(m['id']), 'text': 'x', 'elements': [], 'attachments': []}) if other_kind != 'tcp' else None
    # reactions
    x = a.call(178, {'chatId': DIALOG, 'messageId': mid, 'reaction': {'reactionType': 'EMOJI', 'id': '👍'}})
    step(w + '178', x['reactionInfo'] == {'counters': [{'count': 1, 'reaction': '👍'}], 'yourReaction': '👍', 'totalCount': 1}, x)
    n = b.push(155)
    step(w + '155', n['chatId'] == DIALOG and str(n['messageId']) == str(m['id']) and n['counters'] == [{'count': 1, 'reaction': '👍'}] and n['totalCount'] == 1, n)
    n = own.push(156)
    step(w + '156', str(n['messageId']) == str(m['id']) and (n.get('reactionInfo') or n).get('yourReaction') == '👍', n)
    x = a.call(180, {'chatId': DIALOG, 'messageIds': [mid]})
    step(w + '180', [str(k) for k in x['messagesReactions']] == [str(m['id'])] and list(x['messagesReactions'].values())[0]['totalCount'] == 1, x)
    x = a.call(181, {'chatId': DIALOG, 'messageId': mid, 'count': 40})
    step(w + '181', x['reactions'] == [{'userId': int(ANNA['id']), 'reaction': '👍'}], x)
    x = a.call(179, {'chatId': DIALOG, 'messageId': mid})
    step(w + '179', x.get('reactionInfo', {}).get('totalCount', 0) == 0, x)
    # read
    # Boris has written meanwhile, and writing sets the writer's own mark: he reads up to what came later.
    mark = u['message']['time']
    x = b.call(50, {'type': 'READ_MESSAGE', 'chatId': DIALOG, 'messageId': b.mid(u['message']['id']), 'mark': mark})
    step(w + '50', INT(x['unread']) and x['mark'] == mark, x)
    n = a.push(130, lambda p: p['userId'] == int(BORIS['id']))
    step(w + '130', n['chatId'] == DIALOG and n['mark'] == mark and n['setAsUnread'] is False, n)
    x = b.call(50, {'type': 'SET_AS_UNREAD', 'chatId': DIALOG, 'messageId': b.mid(m['id']), 'mark': mark})
    step(w + '50 unread', INT(x['unread']), x)
    # history
    seen = []
    anchor = l['time'] + 10 ** 7
    for i in range(40):
        h = a.call(49, {'chatId': a.cid(DIALOG), 'from': anchor, 'forward': 0, 'backward': 3, 'getMessages': True})
        ms = h['messages']
        step(w + '49 order', [x['time'] for x in ms] == sorted(x['time'] for x in ms) and len(ms) <= 3, ms)
        step(w + '49 no chatId', all('chatId' not in x for x in ms), ms)
        new = [x for x in ms if str(x['id']) not in seen]
        for x in ms: check_message(a, x, w + '49')
        if not new: break
        seen += [str(x['id']) for x in new]
        if ms[0]['time'] == anchor: break
        anchor = ms[0]['time']
    step(w + '49 all', str(m['id']) in seen and str(mini['id']) in seen, seen)
    h = a.call(49, {'chatId': DIALOG, 'from': m['time'], 'forward': 2, 'backward': 0, 'getMessages': True, 'getChat': True})
    step(w + '49 forward', len(h['messages']) >= 2 and h.get('chat', {}).get('id') == DIALOG, h)
    h = a.call(49, {'chatId': DIALOG, 'from': m['time'], 'forward': 2, 'backward': 2, 'backwardTime': 0, 'forwardTime': 0, 'getMessages': True, 'itemType': 'REGULAR', 'interactive': False})
    step(w + '49 both', str(m['id']) in [str(x['id']) for x in h['messages']], h)
    # 71, 73, 68, 60, 89, 74, 51
    g = a.call(71, {'chatId': DIALOG, 'messageIds': [mid]})
    step(w + '71', str(g['messages'][0]['id']) == str(m['id']), g)
    s = a.call(73, {'chatId': DIALOG, 'query': 'edited', 'count': 10})
    step(w + '73', str(m['id']) in [str(x['message']['id']) for x in s['result']] and INT(s['total']), s)
    s = a.call(68, {'query': 'edited', 'count': 10})
    step(w + '68', any(x['section'] == 'MESSAGES' and x['chatId'] == DIALOG for x in s['result']) and 'total' in s and 'counters' in s, s)
    s = a.call(60, {'query': 'a', 'count': 10})
    step(w + '60', isinstance(s['result'], list) and INT(s['total']), s)
    step(w + '74', list(a.call(74, {'chatId': DIALOG, 'messageIds': [mid]})['stats'].values())[0].get('views') is not None)
    s = a.call(51, {'chatId': DIALOG, 'messageId': mid, 'attachTypes': ['PHOTO'], 'forward': 10, 'backward': 10})
    step(w + '51', isinstance(s['messages'], list) and INT(s['total']), s)
    # scheduled
    t = l['time'] + 10 ** 8
    d = a.call(64, {'chatId': DIALOG, 'message': {'cid': cid - 9, 'text': 'later', 'delayedAttributes': {'timeToFire': t, 'notifySender': True, 'notifyOpponents': True}}})
    step(w + 'scheduled', d['message']['delayedAttributes']['timeToFire'] == t, d)
    h = a.call(49, {'chatId': DIALOG, 'from': 0, 'forward': 40, 'backward': 0, 'getMessages': True, 'itemType': 'DELAYED'})
    h2 = a.call(49, {'chatId': DIALOG, 'from': t, 'forward': 0, 'backward': 40, 'getMessages': True, 'itemType': 'DELAYED'})
    step(w + '49 DELAYED', str(d['message']['id']) in [str(x['id']) for x in h['messages'] + h2['messages']], (h, h2))
    a.call(66, {'chatId': DIALOG, 'messageIds': [a.mid(d['message']['id'])], 'forMe': False, 'itemType': 'DELAYED'})
    # typing
    step(w + '75', a.call(75, {'chatId': DIALOG, 'subscribe': True}) in (None, {}) or True)
    step(w + '65', b.call(65, {'chatId': DIALOG, 'type': 'TEXT'}) is None)
    n = a.push(129)
    step(w + '129', n['chatId'] == DIALOG and n['userId'] == int(BORIS['id']) and n.get('type') == 'TEXT', n)
    # attaches without upload
    for at in ({'_type': 'CONTACT', 'contactId': int(CLARA['id'])}, {'_type': 'LOCATION', 'latitude': 55.75, 'longitude': 37.61},
               {'_type': 'POLL', 'title': 'Lunch?', 'answers': [{'text': 'yes'}, {'text': 'no'}], 'settings': 0}, {'_type': 'STICKER', 'stickerId': 123}):
        try:
            s = a.call(64, {'chatId': DIALOG, 'message': {'cid': int(time.time() * 1e6), 'attaches': [at]}})['message']
            step(w + at['_type'], s['attaches'][0]['_type'] == at['_type'], s)
            if at['_type'] == 'POLL':
                pid, ans = s['attaches'][0]['pollId'], s['attaches'][0]['answers'][0]['answerId']
                v = b.call(304, {'chatId': DIALOG, 'messageId': b.mid(s['id']), 'pollId': pid, 'answersIds': [ans]})
                step(w + '304', v['state']['total'] == 1 and v['state']['result'][0]['voteCount'] == 1 and 'voterPreviewIds' in v['state'], v)
                v = b.call(304, {'chatId': DIALOG, 'messageId': b.mid(s['id']), 'pollId': pid, 'answersIds': []})
                step(w + '304 retracted', v['state']['total'] == 0, v)
                v = a.call(305, {'chatId': DIALOG, 'messageId': a.mid(s['id']), 'pollId': pid, 'answerId': ans, 'count': 10})
                step(w + '305', isinstance(v, dict), v)
        except MaxError as e: step(w + at['_type'], False, e.payload)
    # delete
    x = a.call(66, {'chatId': DIALOG, 'messageIds': [mid], 'forMe': False})
    step(w + '66', x in ({}, None) or x.get('chatId') == DIALOG, x)
    if other_kind == 'tcp':
        n = b.push(142)
        step(w + '142', [str(i) for i in n['messageIds']] == [str(m['id'])] and (n.get('chatId') == DIALOG or n.get('chat', {}).get('id') == DIALOG), n)
    else:
        n = b.push(128, lambda p: p['message'].get('status') == 'REMOVED')
        step(w + 'REMOVED', str(n['message']['id']) == str(m['id']), n)
    h = a.call(49, {'chatId': DIALOG, 'from': m['time'], 'forward': 0, 'backward': 1, 'getMessages': True})
    step(w + 'deleted is absent', str(m['id']) not in [str(x['id']) for x in h['messages']], h)
    a.call(66, {'chatId': DIALOG, 'messageIds': [a.mid(mini['id'])], 'forMe': True})
    g = b.call(71, {'chatId': DIALOG, 'messageIds': [b.mid(mini['id'])]})
    step(w + '66 forMe', len(g['messages']) == 1, g)
    # chats list
    x = a.call(53, {'marker': l['time'] + 10 ** 7, 'count': 2})
    step(w + '53', isinstance(x['chats'], list) and [c['lastEventTime'] for c in x['chats']] == sorted((c['lastEventTime'] for c in x['chats']), reverse=True), x)
    for ch in x['chats']: check_chat(a, ch, w + '53')
    x = a.call(53, {'marker': l['time'] + 10 ** 7})
    step(w + '53 without count', len(x['chats']) >= 2, x)
    x = a.call(48, {'chatIds': [DIALOG, 0]})
    step(w + '48', {c['id'] for c in x['chats']} == {DIALOG, 0}, x)
    # what no own connection sees
    step(w + 'no own pushes', not [f for f in a.pushes if f['opcode'] in (128, 142, 155) and f['payload'].get('message', {}).get('cid') == cid], a.pushes)
    for c in (a, b, own): c.close()


def contacts(kind):
    a, l = session(kind, ANNA)
    w = kind + ': '
    x = a.call(32, {'contactIds': [int(BORIS['id']), int(CLARA['id'])]})
    for u in x['contacts']: check_user(a, u, w + '32')
    x = a.call(35, {'contactIds': [int(BORIS['id'])]})
    step(w + '35', all(str(k) == BORIS['id'] and INT(v['seen']) and v['seen'] < 1e11 for k, v in x['presence'].items()) and x['presence'], x)
    x = a.call(46, {'phone': BORIS['phone']})
    step(w + '46', x['contact']['id'] == int(BORIS['id']), x)
    refused(w + '46 unknown', ('not.found', 'contact.not.found', 'user.not.found', 'error.contact.not.found'), a.call, 46, {'phone': '+79990009999'})
    x = a.call(21, {'contactList': {'+79990000003': {'firstName': 'Clara'}}})
    step(w + '21', [u['id'] for u in x['contacts']] == [int(CLARA['id'])] and '+79990000003' in x['phones'], x)
    for action, more in (('ADD', {}), ('UPDATE', {'firstName': 'Klara', 'lastName': 'W'}), ('BLOCK', {}), ('UNBLOCK', {}), ('REMOVE', {}), ('ADD', {'firstName': 'C'})):
        x = a.call(34, dict({'contactId': int(CLARA['id']), 'action': action}, **more))
        step(w + '34 ' + action, x == {} or x is None or x['contact']['id'] == int(CLARA['id']), x)
        if action == 'BLOCK':
            x = a.call(36, {'status': 'BLOCKED', 'count': 40, 'from': 0})
            step(w + '36', int(CLARA['id']) in [u['id'] for u in x['contacts']], x)
    x = a.call(37, {'query': 'Bor', 'count': 10})
    step(w + '37', isinstance(x['contacts'], list), x)
    x = a.call(41, {'phone': '+79990000003', 'firstName': 'Cc'})
    step(w + '41', x['contact']['id'] == int(CLARA['id']) and 'new' in x, x)
    x = a.call(16, {'firstName': 'Anna', 'lastName': 'Lee', 'description': 'hi'})
    step(w + '16', x['profile']['contact']['id'] == int(ANNA['id']), x)
    x = a.call(22, {'settings': {'user': {'SHOW_READ_MARK': False}}})
    step(w + '22', isinstance(x.get('hash'), str) and x.get('user', {}).get('SHOW_READ_MARK') is False, x)
    x = a.call(22, {'settings': {'chats': {'-68000000000001': {'dontDisturbUntil': -1}}}})
    step(w + '22 mute', list(x.get('chats', {}).values())[:1] and list(x['chats'].values())[0].get('dontDisturbUntil') == -1, x)
    x = a.call(272, {'folderSync': 0})
    step(w + '272', isinstance(x['folders'], list) and 'all.chat.folder' in x['foldersOrder'] and INT(x['folderSync']) and isinstance(x['allFilterExcludeFolders'], list), x)
    fid = str(uuid.uuid4())
    x = a.call(274, {'id': fid, 'title': 'Work', 'include': [DIALOG], 'filters': [], 'options': []})
    a.call(275, {'foldersOrder': ['all.chat.folder', fid]})
    a.call(276, {'folderIds': [fid]})
    for op, p in ((26, {'type': 'STICKER'}), (27, {'type': 'STICKER', 'sync': 0}), (28, {'type': 'STICKER', 'ids': []}), (302, {'bannersSync': 0}), (163, {}), (208, {}), (209, {}), (25, {}), (158, {}), (256, {'organizationIds': []}), (79, {'forward': False, 'count': 5}), (162, {'complainSync': 0}), (39, {'contactId': int(BORIS['id'])}), (5, {'events': []}), (8, {'needProfile': True, 'contactsSync': 0, 'configHash': ''}), (300, {}), (198, {'chatId': DIALOG}), (257, {'chatId': -68000000000001, 'isActive': True}), (258, {'chatIds': [-68000000000001]}), (86, {'chatId': -68000000000001, 'visible': True}), (196, {'chatId': DIALOG, 'hide': False}), (70, {'text': 'see https://max.ru/x'}), (144, {'chatId': DIALOG}), (145, {'botId': int(S['botId'])}), (91, {'chatId': int(S['channelId']), 'postIds': []}), (119, {'botId': int(S['botId']), 'suspend': False}), (160, {'botId': int(S['botId'])})):
        try: a.call(op, p)
        except MaxError as e: step(w + 'opcode %d' % op, False, e.payload)
        except (TimeoutError, EOFError, OSError) as e: step(w + 'opcode %d' % op, False, repr(e)); break
    a.close()


def groups(kind):
    a, l = session(kind, ANNA)
    b, _ = session('binary' if kind != 'binary' else 'json', BORIS)
    w = kind + ': '
    now = lambda: int(time.time() * 1e6)
    r = a.call(64, {'notify': True, 'message': {'cid': now(), 'attaches': [{'_type': 'CONTROL', 'event': 'new', 'chatType': 'CHAT', 'title': 'Team', 'userIds': [int(BORIS['id'])]}]}})
    gid = r['chatId']
    step(w + 'create', gid < 0 and r['chat']['type'] == 'CHAT' and r['chat']['title'] == 'Team' and r['message']['attaches'][0]['event'] == 'new', r)
    check_chat(a, r['chat'], w + 'create')
    told = b.push(128, lambda p: p['chatId'] == gid)
    step(w + 'a chat new to the session comes with its first message', told.get('chat', {}).get('id') == gid, told)
    def upd(name, ok, **p):
        try:
            x = a.call(55, dict({'chatId': gid}, **p))
            step(w + '55 ' + name, ok(x['chat']), x)
            return x['chat']
        except MaxError as e: step(w + '55 ' + name, False, e.payload)
    upd('rename', lambda c: c['title'] == 'New title', theme='New title')
    upd('description', lambda c: c['description'] == 'About', theme='New title', description='About')
    upd('options', lambda c: c['options'].get('ALL_CAN_PIN_MESSAGE') is True, options={'ALL_CAN_PIN_MESSAGE': True})
    link = upd('revoke', lambda c: True, revokePrivateLink=True).get('link') or a.call(48, {'chatIds': [gid]})['chats'][0]['link']
    m = a.call(64, {'chatId': gid, 'message': {'cid': now(), 'text': 'pin me'}})['message']
    upd('pin', lambda c: str(c['pinnedMessage']['id']) == str(m['id']), pinMessageId=a.mid(m['id']), notifyPin=True)
    upd('unpin', lambda c: not c.get('pinnedMessage'), pinMessageId=a.mid(0), notifyPin=False)
    x = a.call(59, {'chatId': gid, 'type': 'MEMBER', 'marker': 0, 'count': 50})
    step(w + '59', {mm['contact']['id'] for mm in x['members']} == {int(ANNA['id']), int(BORIS['id'])} and not x.get('marker') and all('presence' in mm and 'readMark' in mm for mm in x['members']), x)
    x = a.call(59, {'chatId': gid, 'type': 'MEMBER', 'marker': 0, 'count': 1})
    step(w + '59 marker', len(x['members']) == 1 and x.get('marker'), x)
    y = a.call(59, {'chatId': gid, 'type': 'MEMBER', 'marker': x['marker'], 'count': 1})
    step(w + '59 page 2', len(y['members']) == 1 and y['members'][0]['contact']['id'] != x['members'][0]['contact']['id'], y)
    for t in ('ADMIN', 'JOIN_REQUEST'): step(w + '59 ' + t, isinstance(a.call(59, {'chatId': gid, 'type': t, 'marker': 0, 'count': 50})['members'], list))
    x = a.call(77, {'chatId': gid, 'userIds': [int(CLARA['id'])], 'operation': 'add', 'showHistory': True})
    step(w + '77 add', CLARA['id'] in [str(k) for k in x['chat']['participants']] , x)
    x = a.call(77, {'chatId': gid, 'userIds': [int(CLARA['id'])], 'operation': 'remove', 'cleanMsgPeriod': 0})
    step(w + '77 remove', CLARA['id'] not in [str(k) for k in x['chat']['participants']], x)
    x = a.call(77, {'chatId': gid, 'userIds': [int(BORIS['id'])], 'type': 'ADMIN', 'operation': 'add', 'permissions': 120})
    step(w + '77 promote', [v['permissions'] for k, v in x['chat']['adminParticipants'].items() if str(k) == BORIS['id']] == [120], x)
    x = a.call(77, {'chatId': gid, 'userIds': [int(BORIS['id'])], 'type': 'ADMIN', 'operation': 'remove'})
    step(w + '77 demote', int(BORIS['id']) not in x['chat'].get('admins', []), x)
    if kind != 'tcp': refused(w + '77 empty', ('proto.payload',), a.call, 77, {'chatId': gid, 'userIds': [], 'operation': 'add', 'showHistory': True})
    x = b.call(58, {'chatId': gid})
    step(w + '58', x is None or 'message' in x or x == {}, x)
    x = b.call(89, {'link': link})
    step(w + '89', x['chat']['title'] == 'New title', x)
    x = b.call(56, {'link': link})
    h = link.rsplit('/', 1)[1]
    x = b.call(57, {'link': 'join/' + h})
    step(w + '57', x['chat']['id'] == gid, x)
    b.call(58, {'chatId': gid})
    x = b.call(57, {'link': link})
    step(w + '57 full URL', x['chat']['id'] == gid, x)
    upd('owner', lambda c: c['owner'] == int(BORIS['id']), changeOwnerId=int(BORIS['id']))
    ch = a.call(48, {'chatIds': [gid]})['chats'][0]
    step(w + '54', a.call(54, {'chatId': gid, 'lastEventTime': ch['lastEventTime'], 'forAll': False}) is not False)
    step(w + '52', a.call(52, {'chatId': gid, 'lastEventTime': ch['lastEventTime'], 'forAll': False}) in ({}, None))
    r = a.call(64, {'notify': True, 'message': {'cid': now(), 'attaches': [{'_type': 'CONTROL', 'event': 'new', 'chatType': 'CHANNEL', 'title': 'News'}]}})
    step(w + 'channel', r['chat']['type'] == 'CHANNEL', r)
    p = a.call(64, {'chatId': r['chatId'], 'message': {'cid': now(), 'text': 'post'}})
    step(w + 'post', p['message']['type'] == 'CHANNEL' and not p['message'].get('sender'), p)
    refused(w + 'pin in dialog', ('not.found', 'chat.not.found', 'closed'), a.call, 55, {'chatId': DIALOG, 'pinMessageId': a.mid(m['id']), 'notifyPin': False})
    a.close(); b.close()


def media(kind):
    a, l = session(kind, ANNA)
    b, _ = session('json' if kind != 'json' else 'binary', BORIS)
    w = kind + ': '
    now = lambda: int(time.time() * 1e6)
    png = bytes.fromhex('89504e470d0a1a0a0000000d4948445200000001000000010806000000' + '1f15c4890000000a49444154789c6300010000050001' + '0d0a2db40000000049454e44ae426082')
    def multipart(name, filename, kind_, data):
        return b'--XX\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n' % (name.encode(), filename.encode(), kind_.encode()) + data + b'\r\n--XX--\r\n', {'Content-Type': 'multipart/form-data; boundary=XX'}
    slot = a.call(80, {'count': 1, 'profile': False} if kind == 'tcp' else {'count': 1, 'profile': False, 'type': 0, 'uploaderType': 0})
    body, head = multipart('file', 'p.png', 'image/png', png)
    st, data, _ = fetch('POST', slot['url'], body, head, CA)
    photos = json.loads(data)['photos']
    tok = list(photos.values())[0]['token']
    step(w + 'photo upload', st == 200 and len(photos) == 1, data)
    r = a.call(64, {'chatId': DIALOG, 'message': {'cid': now(), 'text': '', 'attaches': [{'_type': 'PHOTO', 'photoToken': tok}]}})
    n = b.push(128, lambda p: p['message'].get('attaches') and p['message']['attaches'][0]['_type'] == 'PHOTO')
    at = n['message']['attaches'][0]
    step(w + 'PHOTO', INT(at['photoId']) and at['baseUrl'] and INT(at['width']) and INT(at['height']) and 'photoToken' in at and ('previewData' not in at or isinstance(at['previewData'], str if not b.w.binary else bytes)), at)
    st, data, h = fetch('GET', at['baseUrl'], ca=CA)
    step(w + 'photo download', st == 200 and data == png, (st, len(data), h))
    # file: percent-encoded name; then the range without "bytes"; then multipart
    blob = os.urandom(50000)
    for variant in ('raw', 'rangeless', 'multipart'):
        info = a.call(87, {'count': 1})['info'][0]
        step(w + '87', INT(info['fileId']) and isinstance(info['token'], str), info)
        if variant == 'multipart':
            body, head = multipart('file', 'a.bin', 'application/octet-stream', blob)
        else:
            body = blob
            head = {'Content-Disposition': 'attachment; filename=' + urllib.parse.quote('отчёт.bin'), 'Content-Type': 'application/x-binary; charset=x-user-defined',
                    'Content-Range': ('bytes ' if variant == 'raw' else '') + '0-%d/%d' % (len(blob) - 1, len(blob))}
        st, data, _ = fetch('POST', info['url'], body, head, CA)
        step(w + 'file upload ' + variant, st == 200, (st, data))
        if st != 200: continue
        n = a.push(136, lambda p: p.get('fileId') == info['fileId'])
        r = a.call(64, {'chatId': DIALOG, 'message': {'cid': now(), 'attaches': [{'_type': 'FILE', 'fileId': info['fileId']}]}})
        at = r['message']['attaches'][0]
        step(w + 'FILE', at['fileId'] == info['fileId'] and at['size'] == len(blob) and (variant == 'multipart' or at['name'] == 'отчёт.bin') and 'token' in at, at)
        n = b.push(128, lambda p: p['message'].get('attaches') and p['message']['attaches'][0].get('fileId') == info['fileId'])
        d = b.call(88, {'chatId': DIALOG, 'messageId': b.mid(n['message']['id']), 'fileId': info['fileId']})
        step(w + '88', isinstance(d.get('unsafe'), bool), d)
        st, data, _ = fetch('GET', d['url'], ca=CA)
        step(w + 'file download', st == 200 and data == blob, (st, len(data)))
    # video, note, voice
    for name, slot, attach in (('video', {'count': 1}, lambda i: {'_type': 'VIDEO', 'videoId': i['videoId'], 'token': i['token']}),
                               ('note', {'count': 1, 'type': 1, 'uploaderType': 1}, lambda i: {'_type': 'VIDEO', 'videoId': i['videoId'], 'token': i['token'], 'videoType': 1, 'duration': 1000}),
                               ('voice', {'count': 1, 'type': 2, 'uploaderType': 1}, lambda i: {'_type': 'AUDIO', 'audioId': i['videoId'], 'token': i['token'], 'duration': 1500, 'wave': bytes(80) if a.w.binary else base64.b64encode(bytes(80)).decode()})):
        info = a.call(82, slot)['info'][0]
        st, data, _ = fetch('POST', info['url'], blob, {'Content-Range': 'bytes 0-%d/%d' % (len(blob) - 1, len(blob)), 'Content-Type': 'application/x-binary; charset=x-user-defined'}, CA)
        step(w + name + ' upload', st == 200, (st, data))
        n = a.push(136, lambda p: info['videoId'] in (p.get('videoId'), p.get('audioId')))
        r = a.call(64, {'chatId': DIALOG, 'message': {'cid': now(), 'attaches': [attach(info)]}})
        at = r['message']['attaches'][0]
        n = b.push(128, lambda p: str(p['message']['id']) == str(r['message']['id']))
        at = n['message']['attaches'][0]
        if name == 'voice':
            step(w + 'AUDIO', at['audioId'] == info['videoId'] and at['duration'] == 1500 and at['url'] and 'wave' in at and isinstance(at['wave'], bytes if b.w.binary else str), at)
            st, data, _ = fetch('GET', at['url'], ca=CA)
            step(w + 'voice download', data == blob, st)
            d = b.call(301, {'chatId': DIALOG, 'messageId': b.mid(n['message']['id']), 'audioId': at['audioId']})
            step(w + '301', 'MP3' in d or 'OGG' in d, d)
            tr = b.call(202, {'chatId': DIALOG, 'messageId': b.mid(n['message']['id'])})
        else:
            step(w + 'VIDEO', at['videoId'] == info['videoId'] and at.get('videoType', 0) == (1 if name == 'note' else 0) and 'token' in at, at)
            d = b.call(83, {'chatId': DIALOG, 'messageId': b.mid(n['message']['id']), 'videoId': at['videoId'], 'token': at['token']})
            urls = [k for k in d if k.startswith('MP4_')]
            step(w + '83', urls and isinstance(d.get('cache'), bool), d)
            st, data, _ = fetch('GET', d[sorted(urls)[-1]], ca=CA)
            step(w + name + ' download', data == blob, (st, len(data)))
    # resumable, in chunks
    info = a.call(82, {'count': 1})['info'][0]
    st, off, _ = fetch('GET', info['url'], headers={'X-Uploading-Mode': 'parallel'}, ca=CA)
    step(w + 'resume offset', st == 200 and off.strip() == b'0', (st, off))
    half = len(blob) // 2
    for lo, hi in ((0, half), (half, len(blob))):
        st, data, _ = fetch('POST', info['url'], blob[lo:hi], {'Content-Range': 'bytes %d-%d/%d' % (lo, hi - 1, len(blob)), 'X-Uploading-Mode': 'parallel'}, CA)
        step(w + 'chunk', st in (200, 201), (st, data))
    a.push(136, lambda p: p.get('videoId') == info['videoId'])
    a.close(); b.close()


def strictness():
    for kind in ('binary', 'json', 'tcp'):
        def fresh(): return session(kind, ANNA)[0]
        c = fresh()
        refused(kind + ' float time', ('proto.payload',), c.call, 49, {'chatId': DIALOG, 'from': 1.5e12 + .5 if kind == 'json' else 1.5e12, 'forward': 0, 'backward': 3, 'getMessages': True})
        try: c.call(1, {'interactive': False}); step(kind + ' float closes', False)
        except (EOFError, OSError): step(kind + ' float closes', True)
        c = fresh()
        bad = '117263822972066856' if kind != 'json' else 117263822972066856
        e = refused(kind + ' id of the other kind', ('proto.payload',), c.call, 71, {'chatId': DIALOG, 'messageIds': [bad]})
        c = fresh()
        refused(kind + ' unknown opcode', ('proto.opcode',), c.call, 9999, {})
        c = fresh()
        refused(kind + ' push as request', ('proto.opcode',), c.call, 131, {})
        c = fresh()
        refused(kind + ' unknown chat', ('not.found', 'chat.not.found', 'chat.not.access'), c.call, 49, {'chatId': -1, 'from': 1, 'forward': 0, 'backward': 3, 'getMessages': True})
        c = fresh()
        refused(kind + ' too long', ('proto.payload', 'error.message.invalid', 'FAIL_FORBIDDEN', 'error.limit.violate', 'errors.process.text.too.long', 'message.too.long'), c.call, 64, {'chatId': DIALOG, 'message': {'cid': 1, 'text': 'x' * 4001}})
        c = fresh()
        refused(kind + ' empty profile', ('proto.payload',), c.call, 16, {})
        c.close()
    # 300 requests on one connection: seq beyond a byte; out of order with colliding pushes
    c = session('tcp', ANNA)[0]
    for i in range(300): c.call(1, {'interactive': False})
    step('seq beyond 256', c.seq > 256)
    c.seq = 65534
    for i in range(4): c.call(1, {'interactive': False})
    step('seq wraps', c.seq == 2)
    seqs = [c.post(1, {'interactive': False}) for _ in range(50)]
    for s in seqs: c.reply(s, 1)
    control('ping', {})
    c.call(1, {'interactive': False})
    c.close()
    # sync markers
    c, l = session('binary', ANNA); c.close()
    c = binary(); c.init(WEB, ANNA['web']['deviceId'])
    l2 = c.login_web(ANNA['web']['token'], chatsSync=l['time'] + 1, contactsSync=l['time'] + 1, draftsSync=l['time'] + 1, lastLogin=l['time'], configHash=l['config']['hash'])
    step('chatsSync: nothing newer', l2['chats'] == [], len(l2['chats']))
    c.close()
    # compressed requests
    c = tcp(compress='always'); c.init(ANDROID, ANNA['mobile']['deviceId']); step('compressed requests', c.login_mobile(ANNA['mobile']['token'])['time']); c.close()
    # forced logout
    control('add-session', {'account': ANNA['id'], 'deviceType': 'WEB'})
    c, _ = session('binary', ANNA)
    own, _ = session('tcp', ANNA)
    r = own.call(97, {})
    try: c.push(20); step('97 pushes 20', True)
    except TimeoutError as e: step('97 pushes 20', False, str(e))
    try: c.call(1, {'interactive': False}); step('97 closes others', False)
    except (EOFError, OSError): step('97 closes others', True)
    own.close()


def main():
    plan = [handshake, phone_login, qr_login] + [(messaging, k, o) for k, o in (('binary', 'tcp'), ('json', 'binary'), ('tcp', 'json'))] + \
        [(f, k) for f in (contacts, groups, media) for k in ('binary', 'json', 'tcp')] + statements.PLAN + [strictness]
    t0 = time.time()
    for p in plan:
        p = p if isinstance(p, tuple) else (p,)
        try: p[0](*p[1:])
        except Exception as e:
            FAILS.append(p[0].__name__)
            print('BROKE in', p[0].__name__, p[1:], ''.join(traceback.format_exception(e)[-4:])[:3000])
    print(json.dumps(dict(tally(), seconds=round(time.time() - t0, 1))))


main()
