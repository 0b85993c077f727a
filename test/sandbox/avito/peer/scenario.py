"""Everything a client of Avito's messenger does, against the sandbox whose first line of output is in SANDBOX. What disagrees
with the notes is printed; the last line is one JSON object."""
import base64, http.client, json, os, sys, time, traceback, urllib.parse
from client import *
from shapes import *

S = json.loads(os.environ['SANDBOX'])
FAILS, STEPS = [], 0


def step(name, good, seen=None):
    global STEPS
    STEPS += 1
    if not good:
        FAILS.append(name)
        print('DISAGREES %s: %s' % (name, seen if isinstance(seen, Answer) else json.dumps(seen, ensure_ascii=False, default=str)[:600]))
    return good


def shaped(name, shape, answer, status=200):
    """status, JSON content type, and every member"""
    step(name + ' status', answer.status == status, answer)
    step(name + ' content type', answer.headers.get('content-type', '').startswith('application/json'), answer.headers)
    found = faults(shape, answer.json)
    step(name + ' shape', not found, found)
    return answer.json


def refused(name, answer, status, shape=None):
    return shaped(name, shape or ERROR_A(status), answer, status)


def invalid(name, answer, field=None):
    shaped(name, ERROR_FIELDS, answer, 400)
    if field: step(name + ' names the field', field in ((answer.json.get('error') or {}).get('fields') or {}), answer)


CONTROL = Wire(S['control'])
CONTROL_PATH = urllib.parse.urlsplit(S['control']).path


def control(command, **body):
    r = CONTROL.send('POST', CONTROL_PATH + '/' + command, json.dumps(body), {'content-type': 'application/json'})
    assert r.status < 300, (command, r)
    return r.json


def fresh():
    control('reset')
    control('clock', state='stopped')
    return company(0).sign_in(), company(1).sign_in()


def company(n):
    a = S['accounts'][n]
    return Avito(S['origin'], a['client_id'], a['client_secret'], a['user_id'])


def now(): return control('state')['now'] // 1000


def tokens():
    a = company(0)
    for path in ('/token', '/token/'):
        t = shaped('token ' + path, TOKEN, a.token(path))
        step('token lives a day', t['expires_in'] == 86400, t)
    step('tokens differ', a.token().json['access_token'] != a.token().json['access_token'])
    step('scope does no harm', a.token(scope='messenger:read').status == 200)
    for name, fields in (('secret', {'client_secret': 'wrong'}), ('client', {'client_id': 'wrong'}), ('no secret', {'client_secret': None}),
                         ('grant', {'grant_type': 'password'}), ('no grant', {'grant_type': None})):
        r = a.token(**fields)
        step('token with wrong %s' % name, r.status in (400, 401), r)
        step('token with wrong %s shape' % name, not faults(ERROR_F, r.json), r)
    step('wrong keys are invalid_client', a.token(client_secret='wrong').json['error'] == 'invalid_client')
    r = a.wire.send('POST', '/token', json.dumps({'grant_type': 'client_credentials', 'client_id': a.id, 'client_secret': a.secret}),
                    {'content-type': 'application/json'})
    step('token takes a form only', r.status in (400, 401, 415) and 'access_token' not in (r.json or {}), r)
    r = a.token(headers={'content-type': FORM + '; charset=utf-8'})
    step('a form with a charset', r.status == 200, r)
    basic = 'Basic ' + base64.b64encode(('%s:%s' % (a.id, a.secret)).encode()).decode()
    shaped('keys in a Basic header', TOKEN, a.token(headers={'authorization': basic}, client_id=None, client_secret=None))
    control('settings', token_error_status=200)
    r = a.token(client_secret='wrong')
    step('an error that only its member tells', r.status == 200 and not faults(ERROR_F, r.json), r)
    control('settings', token_error_status=400)
    code = control('authorize', user_id=a.me)['code']
    t = shaped('authorization code', USER_TOKEN, a.token(grant_type='authorization_code', code=code))
    step('a code works once', a.token(grant_type='authorization_code', code=code).status == 400)
    step('its token works', a.get('/core/v1/accounts/self', bearer=t['access_token']).status in (200, 403))
    step('its token reads chats', a.chats(bearer=t['access_token']).status == 200)
    u = shaped('refresh', USER_TOKEN, a.token(grant_type='refresh_token', refresh_token=t['refresh_token']))
    step('refresh gives two new tokens', u['refresh_token'] != t['refresh_token'] and u['access_token'] != t['access_token'])
    r = a.token(grant_type='refresh_token', refresh_token=t['refresh_token'])
    step('an old refresh token', r.status == 400 and r.json.get('error') == 'invalid_grant', r)


def access():
    a, b = fresh()
    every = [('getChatsV2', lambda **k: a.chats(**k)), ('self', lambda **k: a.get('/core/v1/accounts/self', **k)),
             ('subscriptions', lambda **k: a.post('/messenger/v1/subscriptions', **k)), ('items', lambda **k: a.get('/core/v1/items', **k)),
             ('balance', lambda **k: a.get('/core/v1/accounts/%d/balance/' % a.me, **k)),
             ('reviews', lambda **k: a.get('/ratings/v1/reviews?offset=0&limit=20', **k))]
    for name, call in every:
        refused(name + ' without a token', call(bearer=None), 401)
        refused(name + ' with an unknown token', call(bearer='nonsense'), 401)
    refused('a scheme that is not Bearer', a.call('GET', a.account(2, '/chats'), bearer=None, headers={'authorization': 'Token ' + a.bearer}), 401)
    refused('another account', a.get(a.account(2, '/chats', user=b.me)), 403)
    step('self is no user id', a.get('/messenger/v2/accounts/self/chats').status == 404, a.get('/messenger/v2/accounts/self/chats'))
    me = a.me
    for method, path in (('GET', '/messenger/v1/accounts/%d/chats' % me), ('POST', '/messenger/v1/webhook'), ('POST', '/messenger/v2/webhook'),
                         ('GET', '/messenger/v1/webhooks'), ('POST', '/messenger/v1/accounts/%d/blacklist' % me), ('GET', '/nowhere'),
                         ('GET', '/core/v1/accounts/%d/items' % me), ('GET', '/messenger/v1/subscriptions'), ('GET', '/'),
                         ('PUT', '/messenger/v3/webhook'), ('GET', '/oauth/authorize')):
        r = a.call(method, path, body={} if method == 'POST' else None)
        step('%s %s is not there' % (method, path), r.status == 404, r)
        if path != '/messenger/v1/subscriptions': step('%s %s shape' % (method, path), not faults(ERROR_G, r.json), r)
    me = shaped('self', SELF, a.get('/core/v1/accounts/self'))
    step('self is me', me['id'] == a.me and me['phone'] in me['phones'] and '+' not in me['phone'], me)
    # expiry, by the clock and by the service
    control('clock', advance_seconds=86399)
    step('a second before the end', a.chats().status == 200)
    control('clock', advance_seconds=2)
    r = a.chats()
    refused('an expired token', r, 403, ERROR_B)
    step('its envelope', r.json['result'].get('status') is False, r)
    a.sign_in()
    step('a new token', a.chats().status == 200)
    control('settings', expired_token='unauthorized_401')
    control('tokens', user_id=a.me, action='expire')
    refused('an expired token, the other reading', a.chats(), 401)
    control('settings', expired_token='gateway_403')
    a.sign_in()
    control('tokens', user_id=a.me, action='revoke')
    refused('a revoked token', a.chats(), 401)
    # an employee's key: the list omits the company's chats, everything on them fails
    a.sign_in()
    chat, message = (lambda w: (w['chat_id'], w['message_id']))(control('incoming', text='Здравствуйте'))
    e = company(2).sign_in()
    step('an employee sees no chats of the company', shaped('chats of an employee', CHATS, e.chats())['chats'] == [])
    step('an employee has no items', e.get('/core/v1/items').json['resources'] == [])
    e.me = a.me
    for name, r in (('view', e.chat(chat)), ('messages', e.messages(chat)), ('send', e.send(chat, 'а')), ('read', e.read(chat)),
                    ('delete', e.delete(chat, message)), ('upload', e.upload(('uploadfile[]', 'a.png', 'image/png', png()))),
                    ('voice', e.voices('voice_ids=' + '1' * 8)), ('blacklist', e.blacklist({'users': [{'user_id': 1, 'context': {'item_id': 1, 'reason_id': 1}}]}))):
        step('an employee may not: ' + name, r.status in (403, 404), r)


def chats():
    a, b = fresh()
    control('chats', count=120)
    u2u = control('chats', count=3, chat_type='u2u')['chat_ids']
    a2u = control('chats', count=2, chat_type='a2u')['chat_ids']
    page = shaped('chats', CHATS, a.chats())
    step('a hundred a page', len(page['chats']) == 100 and page['meta']['has_more'] is True, page['meta'])
    step('newest first', [c['updated'] for c in page['chats']] == sorted((c['updated'] for c in page['chats']), reverse=True))
    for c in page['chats']: step('chat', not chat_faults(c), chat_faults(c))
    step('chats about ads only', all(c['id'].startswith('u2i-') and c['context']['type'] == 'item' for c in page['chats']))
    step('two people', all(len(c['users']) == 2 and a.me in [u['id'] for u in c['users']] for c in page['chats']))
    step('in no fixed order', len({c['users'][0]['id'] == a.me for c in page['chats']}) == 2)
    step('a no-break space in the price', all('\xa0' in c['context']['value']['price_string'] for c in page['chats']
                                              if '₽' in c['context']['value']['price_string']))
    rest = a.chats({'offset': 100}).json
    ids = [c['id'] for c in page['chats'] + rest['chats']]
    step('the rest', len(ids) == len(set(ids)) and rest['meta']['has_more'] is False, rest['meta'])
    for query in ('chat_types=u2u,a2u', 'chat_types=u2u&chat_types=a2u', 'chat_types=u2u%2Ca2u'):
        got = a.chats(query).json['chats']
        step('chats by ' + query, {c['id'] for c in got} == set(u2u + a2u), got)
        step('no ad', all('context' not in c or c['context']['type'] != 'item' for c in got), got[0])
        for c in got: step('chat without an ad', not chat_faults(c), chat_faults(c))
    item = control('add-item', user_id=a.me, title='Другое')['item_id']
    own = control('chats', count=4, item_id=item, unread=False)['chat_ids']
    step('some ads lack a picture', {'main' in c['context']['value']['images'] for n in (0, 1, 2) for i in
                                     [control('add-item', user_id=a.me, title='Ещё')['item_id']] for _ in control('chats', count=1, item_id=i)
                                     for c in a.chats('item_ids=%d' % i).json['chats']} == {True, False})
    about = [c['context']['value']['id'] for c in page['chats'] + rest['chats']]
    other = about[0]
    for query, want in (('item_ids=%d' % item, 4), ('item_ids=%d,%d' % (item, other), 4 + about.count(other)), ('item_ids=%d&item_ids=1' % item, 4), ('item_ids=1', 0)):
        pages = a.chats(query).json['chats'] + a.chats(query + '&offset=100').json['chats']
        step('chats by ' + query, len(pages) == want, len(pages))
    unread = a.chats('unread_only=true&item_ids=%d' % item).json['chats']
    step('unread only', unread == [], unread)
    step('unread only, off', len(a.chats('unread_only=false&item_ids=%d' % item).json['chats']) == 4)
    step('limit', len(a.chats({'limit': 1}).json['chats']) == 1 and len(a.chats({'limit': 100}).json['chats']) == 100)
    for field, values in (('limit', ('0', '101', '-1', 'x', '1.5')), ('offset', ('-1', '1001', 'x'))):
        for value in values: invalid('chats with %s=%s' % (field, value), a.chats({field: value}), field)
    step('offset 1000', a.chats({'offset': 1000}).json['chats'] == [])
    control('chats', count=1100)
    deep = a.chats({'offset': 1000}).json
    step('no more than 1,100 can be reached', len(deep['chats']) == 100, len(deep['chats']))
    one = a.chat(own[0])
    step('a chat alone', one.status == 200 and not chat_faults(one.json) and one.json['id'] == own[0], one)
    step('as in the list', one.json == next(c for c in a.chats('item_ids=%d' % item).json['chats'] if c['id'] == own[0]))
    raw = a.get(a.account(2, '/chats/' + urllib.parse.quote(own[0], safe='~')))
    step('a tilde may be escaped or not', raw.status == 200, raw)
    refused('an unknown chat', a.chat('u2i-' + 'x' * 22), 404)
    refused('a chat of somebody else', b.chat(own[0]), 404)
    # the other side's marks on the last message
    chat = own[1]
    a.send(chat, 'Ответ')
    last = a.chat(chat).json['last_message']
    step('an own last message', last['direction'] == 'out' and last['author_id'] == a.me and last['content'] == {'text': 'Ответ'} and 'read' not in last, last)
    step('the chat comes first', a.chats({'limit': 1}).json['chats'][0]['id'] == chat)
    control('read-by-partner', chat_id=chat)
    step('read by the other side', isinstance(a.chat(chat).json['last_message'].get('read'), int), a.chat(chat).json['last_message'])


def listed(answer): return answer.json['messages']


def messages():
    a, b = fresh()
    chat = control('chats', count=1, history=130)['chat_ids'][0]
    r = shaped('messages', {'messages': list, 'meta?': {'has_more': bool}}, a.messages(chat))
    step('a hundred messages', len(r['messages']) == 100 and r.get('meta', {}).get('has_more', True) is True)
    for m in r['messages']: step('message', not message_faults(m), message_faults(m))
    step('newest message first', [m['created'] for m in r['messages']] == sorted((m['created'] for m in r['messages']), reverse=True)
         and r['messages'][0]['content']['text'].endswith('130'))
    rest = a.messages(chat, {'offset': 100, 'limit': 50}).json
    step('the other messages', len(rest['messages']) == 30 and rest['messages'][-1]['content']['text'].endswith(' 1'))
    for field, values in (('limit', ('0', '101', 'x')), ('offset', ('-1', '1001', 'x'))):
        for value in values: invalid('messages with %s=%s' % (field, value), a.messages(chat, {field: value}), field)
    step('without the closing slash', a.get(a.account(3, '/chats/%s/messages' % quote(chat))).status == 404)
    control('settings', trailing_slash='lenient')
    step('without the closing slash, the other reading', a.get(a.account(3, '/chats/%s/messages' % quote(chat))).status == 200)
    control('settings', trailing_slash='strict', messages_shape='array')
    bare = a.messages(chat).json
    step('a bare array', isinstance(bare, list) and len(bare) == 100 and not message_faults(bare[0]), bare)
    control('settings', messages_shape='object')
    refused('messages of an unknown chat', a.messages('u2i-' + 'x' * 22), 404)
    refused('messages of somebody else', b.messages(chat), 404)
    # reading: looking marks nothing, chatRead marks all
    step('looking does not mark', not listed(a.messages(chat))[0]['is_read'] and chat in [c['id'] for c in a.chats('unread_only=true').json['chats']])
    r = a.read(chat)
    step('chatRead', r.status == 200 and r.json == {'ok': True}, r)
    step('all are read', all(m['is_read'] for m in listed(a.messages(chat))) and chat not in [c['id'] for c in a.chats('unread_only=true').json['chats']])
    step('chatRead again', a.read(chat).json == {'ok': True})
    refused('chatRead of an unknown chat', a.read('u2i-' + 'x' * 22), 404)
    # an own message, read by the other side
    a.send(chat, 'Ответ')
    mine = listed(a.messages(chat))[0]
    step('own, not read', mine['direction'] == 'out' and mine['read'] is None, mine)
    control('clock', advance_seconds=5)
    control('read-by-partner', chat_id=chat)
    mine = listed(a.messages(chat))[0]
    step('own, read', mine['read'] == now(), mine)
    # every kind of content, in the list and as the last message of a chat
    for kind in CONTENT:
        if kind in ('system', 'deleted'): continue
        control('incoming', chat_id=chat, type=kind)
        m = listed(a.messages(chat, {'limit': 1}))[0]
        step('content of ' + kind, m['type'] == kind and not message_faults(m), (m, message_faults(m)))
        step('last message of kind ' + kind, not chat_faults(a.chat(chat).json), a.chat(chat))
        control('outgoing', chat_id=chat, type=kind)
        m = listed(a.messages(chat, {'limit': 1}))[0]
        step('own content of ' + kind, m['direction'] == 'out' and not message_faults(m), (m, message_faults(m)))
    control('system', chat_id=chat)
    m = listed(a.messages(chat, {'limit': 1}))[0]
    step('a note of Avito', not message_faults(m) and m['author_id'] == 0 and m['direction'] == 'in' and m['content']['text'].startswith('[Системное сообщение] '), m)
    w = control('incoming', chat_id=chat, text='Ёж 🦔\n"кавычки" </script> \u2028')
    m = listed(a.messages(chat, {'limit': 1}))[0]
    step('any characters', m['content']['text'] == 'Ёж 🦔\n"кавычки" </script> \u2028', m)
    control('incoming', chat_id=chat, text='А это?', quote_id=w['message_id'])
    m = listed(a.messages(chat, {'limit': 1}))[0]
    step('a quote', not message_faults(m) and m.get('quote', {}).get('id') == w['message_id'], m)
    control('delete-by-author', chat_id=chat, message_id=w['message_id'])
    m = next(x for x in listed(a.messages(chat)) if x['id'] == w['message_id'])
    step('deleted by its author', m['type'] == 'deleted' and m['content'] == {} and not message_faults(m), m)


def sends():
    a, b = fresh()
    chat = control('chats', count=1)['chat_ids'][0]
    sent = shaped('send', SENT, a.send(chat, 'Добрый день!'))
    step('what was sent', sent['content'] == {'text': 'Добрый день!'} and sent['created'] == now(), sent)
    m = listed(a.messages(chat))[0]
    step('and is there', m['id'] == sent['id'] and m['author_id'] == a.me and m['created'] == sent['created'], m)
    step('sending does not mark read', chat in [c['id'] for c in a.chats('unread_only=true').json['chats']])
    step('1,000 characters', a.send(chat, 'ы' * 1000).status == 200)
    invalid('1,001 characters', a.send(chat, 'ы' * 1001))
    invalid('no characters', a.send(chat, ''))
    for name, body in (('no message', {'type': 'text'}), ('no text', {'type': 'text', 'message': {}}), ('no type', {'message': {'text': 'а'}}),
                       ('a picture', {'type': 'image', 'message': {'text': 'а'}}), ('a link', {'type': 'link', 'message': {'text': 'а'}}),
                       ('a number', {'type': 'text', 'message': {'text': 5}}), ('an array', [])):
        invalid('send ' + name, a.send_raw(chat, body))
    invalid('send what is not JSON', a.send_raw(chat, b'{"type":', headers={'content-type': 'application/json'}))
    refused('send to an unknown chat', a.send('u2i-' + 'x' * 22, 'а'), 404)
    refused("send to somebody else's chat", b.send(chat, 'а'), 404)
    step('nothing of that is there', len(listed(a.messages(chat))) == 3)
    r = a.send_raw(chat, json.dumps({'type': 'text', 'message': {'text': 'с кодировкой'}}).encode('ascii'), headers={'content-type': 'application/json; charset=utf-8'})
    step('a charset beside the type', r.status == 200 and r.json['content']['text'] == 'с кодировкой', r)
    body = json.dumps({'type': 'text', 'message': {'text': 'по частям'}}).encode()
    r = a.wire.send('POST', a.of_chat(chat, 'messages'), iter((body[:10], body[10:])),
                    {'content-type': 'application/json', 'authorization': 'Bearer ' + a.bearer, 'transfer-encoding': 'chunked'}, chunked=True)
    step('a body in chunks', r.status == 200, r)
    # deleting: an hour, by POST, one's own
    r = a.delete(chat, sent['id'])
    step('delete', r.status == 200 and isinstance(r.json, dict), r)
    m = next(x for x in listed(a.messages(chat)) if x['id'] == sent['id'])
    step('stays as deleted', m['type'] == 'deleted' and not message_faults(m), m)
    step('DELETE is not there', a.call('DELETE', a.of_chat(chat, 'messages/' + m['id'])).status in (404, 405))
    early, late = a.send(chat, 'рано').json['id'], a.send(chat, 'поздно').json['id']
    control('clock', advance_seconds=3599)
    step('delete within the hour', a.delete(chat, early).status == 200)
    control('clock', advance_seconds=2)
    r = a.delete(chat, late)
    step('delete after the hour', r.status in (400, 403) and not faults(ERROR_FIELDS if r.status == 400 else ERROR_A(403), r.json), r)
    theirs = control('incoming', chat_id=chat, text='моё')['message_id']
    step('delete what others wrote', a.delete(chat, theirs).status in (400, 403, 404))
    refused('delete what is not there', a.delete(chat, 'f' * 32), 404)
    refused('delete in an unknown chat', a.delete('u2i-' + 'x' * 22, late), 404)


def pictures():
    a, b = fresh()
    chat = control('chats', count=1)['chat_ids'][0]
    part = lambda kind, name='uploadfile[]': (name, 'п.' + kind, 'image/' + kind, picture(kind))
    for kind in ('png', 'gif', 'bmp', 'jpeg', 'heic'):
        up = shaped('upload of ' + kind, Map(r'.+', SIZES), a.upload(part(kind)))
        step('one picture of ' + kind, len(up) == 1)
    (image, sizes), = up.items()
    got = Wire(S['origin']).send('GET', urllib.parse.urlsplit(next(iter(sizes.values()))).path)
    step('a picture needs no token', got.status == 200 and got.headers['content-type'].startswith('image/') and len(got.body) > 0, got)
    sent = shaped('send a picture', SENT_IMAGE, a.send_image(chat, image))
    step('in its sizes', sent['content']['image']['sizes'] == sizes and sent['author_id'] == a.me, sent)
    m = listed(a.messages(chat))[0]
    step('a picture is there', m['id'] == sent['id'] and not message_faults(m) and m['content']['image']['sizes'] == sizes, m)
    r = a.send_image(chat, '1.unknown')
    step('an unknown picture', r.status in (400, 404) and not faults(ERROR_FIELDS if r.status == 400 else ERROR_A(404), r.json), r)
    invalid('no picture', a.post(a.of_chat(chat, 'messages/image'), {}))
    step('webp is not in the list', a.upload(part('webp')).status == 400)
    step('a text is no picture', a.upload(('uploadfile[]', 'a.png', 'image/png', 'это не картинка'.encode())).status == 400)
    step('another name of the part', a.upload(part('png', 'uploadfile')).status == 400)
    step('two pictures', a.upload(part('png'), part('gif')).status == 400)
    step('no part', a.upload().status == 400)
    step('not multipart', a.post(a.account(1, '/uploadImages'), {'image': 1}).status in (400, 415))
    step('75 megapixels and more', a.upload(('uploadfile[]', 'a.png', 'image/png', png(10_000, 7_501))).status == 400)
    step('75 megapixels', a.upload(('uploadfile[]', 'a.png', 'image/png', png(10_000, 7_500))).status == 200)
    pad = lambda size: png() + b'\0' * (size - len(png()))
    step('24 MB', a.upload(('uploadfile[]', 'a.png', 'image/png', pad(24_000_000))).status == 200)
    r = a.upload(('uploadfile[]', 'a.png', 'image/png', pad(24 * 1024 * 1024 + 1)))
    step('more than 24 MB', r.status in (400, 413), r)
    refused('a picture to an unknown chat', a.send_image('u2i-' + 'x' * 22, image), 404)


def voices():
    a, b = fresh()
    first = control('incoming', type='voice')
    chat = first['chat_id']
    control('incoming', chat_id=chat, type='voice')
    ids = [m['content']['voice']['voice_id'] for m in listed(a.messages(chat))]
    step('voice ids', all(UUID.fullmatch(i) for i in ids) and len(set(ids)) == 2, ids)
    voice = {'voices_urls': Map(UUID.pattern, URL)}
    got = shaped('voice file', voice, a.voices('voice_ids=' + ids[0]))
    step('only what was asked', list(got['voices_urls']) == ids[:1], got)
    for query in ('voice_ids=%s&voice_ids=%s' % tuple(ids), 'voice_ids=%s,%s' % tuple(ids)):
        step('two by ' + query[:60], set(a.voices(query).json['voices_urls']) == set(ids), a.voices(query))
    invalid('no voice id', a.voices(''))
    url = urllib.parse.urlsplit(got['voices_urls'][ids[0]])
    fetch = lambda: Wire('%s://%s' % (url.scheme, url.netloc)).send('GET', url.path + ('?' + url.query if url.query else ''))
    r = fetch()
    step('Opus in MP4, without a token', r.status == 200 and r.body[4:8] == b'ftyp' and b'Opus' in r.body, r.status)
    step('no voice for others', ids[0] not in (b.voices('voice_ids=' + ids[0]).json or {}).get('voices_urls', {}))
    step('POST is not the way', a.post(a.account(1, '/getVoiceFiles'), {'voice_ids': ids}).status in (404, 405))
    control('clock', advance_seconds=3599)
    step('within the hour', fetch().status == 200)
    control('clock', advance_seconds=2)
    step('after the hour', fetch().status in (403, 404, 410), fetch().status)
    again = a.voices('voice_ids=' + ids[0]).json['voices_urls'][ids[0]]
    url = urllib.parse.urlsplit(again)
    step('ask again', fetch().status == 200)


def block():
    a, b = fresh()
    w = control('incoming', text='спам')
    item = a.chat(w['chat_id']).json['context']['value']['id']
    entry = lambda user=w['author_id'], **context: {'users': [{'user_id': user, 'context': dict({'item_id': item, 'reason_id': 1}, **context)}]}
    for reason in (1, 2, 3, 4):
        r = a.blacklist(entry(reason_id=reason))
        step('blacklist for %d' % reason, r.status == 200 and r.json in (None, {}), r)
    for name, body in (('reason 0', entry(reason_id=0)), ('reason 5', entry(reason_id=5)), ('nobody', {}), ('an array', [{'user_id': 1}])):
        invalid('blacklist: ' + name, a.blacklist(body))
    step('the service knows', any(e['user_id'] == w['author_id'] for s in control('state')['accounts'] if s['user_id'] == a.me for e in s['blacklist']))


def hooks():
    a, b = fresh()
    step('no subscriptions', shaped('subscriptions', SUBSCRIPTIONS, a.subscriptions())['subscriptions'] == [])
    r1, r2 = Receiver(), Receiver()
    try:
        one, two = r1.origin + '/путь?key=s%7Ee'.replace('путь', 'hook'), r2.origin + '/b'
        for url, more in ((one, {}), (one, {}), (two, {'events': ['message']})):
            r = a.subscribe(url, **more)
            step('subscribe', r.status == 200 and r.json == {'ok': True}, r)
        got = shaped('subscriptions', SUBSCRIPTIONS, a.subscriptions())['subscriptions']
        step('each URL once', sorted(s['url'] for s in got) == sorted((one, two)), got)
        step('of this account only', b.subscriptions().json['subscriptions'] == [])
        for name, body in (('nothing', {}), ('a number', {'url': 5}), ('no URL', {'url': 'nonsense'})):
            invalid('subscribe to ' + name, a.post('/messenger/v3/webhook', body))
        w = control('incoming', text='Здравствуйте', author_name='Анна')
        for receiver, target in ((r1, '/hook?key=s%7Ee'), (r2, '/b')):
            path, headers, event = receiver.next()
            step('the address as it was given', path == target, path)
            step('JSON', headers.get('content-type', '').startswith('application/json'), headers)
            step('a signature', re.fullmatch('[0-9a-f]{64}', headers.get('x-avito-messenger-signature', '')), headers)
            step('event', not event_faults(event), event_faults(event))
            v = event['payload']['value']
            step('its value', (v['id'], v['chat_id'], v['author_id'], v['user_id'], v['created'], v['chat_type']) ==
                 (w['message_id'], w['chat_id'], w['author_id'], a.me, event['timestamp'], 'u2i') and v['content'] == {'text': 'Здравствуйте'}, event)
            step('published_at is created', time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(v['created'])) == v['published_at'][:19], v)
            step('about the ad', v['item_id'] == a.chat(w['chat_id']).json['context']['value']['id'], v)
        step('unsubscribe', a.unsubscribe(two).json == {'ok': True})
        step('one is left', [s['url'] for s in a.subscriptions().json['subscriptions']] == [one])
        sent = a.send(w['chat_id'], 'Ответ').json
        v = r1.next()[2]['payload']['value']
        step('the echo of a send', v['id'] == sent['id'] and v['author_id'] == v['user_id'] == a.me, v)
        a.delete(w['chat_id'], sent['id'])
        v = r1.next()[2]['payload']['value']
        step('the event of a deletion', v['id'] == sent['id'] and v['type'] == 'deleted' and v['content'] == {}, v)
        control('outgoing', chat_id=w['chat_id'], text='из приложения')
        step('the echo of the own app', r1.next()[2]['payload']['value']['author_id'] == a.me)
        for kind in CONTENT:
            if kind in ('system', 'deleted'): continue
            control('incoming', chat_id=w['chat_id'], type=kind)
            event = r1.next()[2]
            step('event of ' + kind, event['payload']['value']['type'] == kind and not event_faults(event), (event, event_faults(event)))
        for author in (0, 1):
            control('system', chat_id=w['chat_id'], author_id=author)
            event = r1.next()[2]
            step('event of Avito %d' % author, event['payload']['value']['author_id'] == author and not event_faults(event), event)
        for kind in ('u2u', 'a2u'):
            control('incoming', chat_type=kind, text='а')
            event = r1.next()[2]
            step('event of ' + kind, not event_faults(event) and event['payload']['value']['chat_type'] == kind and not event['payload']['value'].get('item_id'), event)
        control('incoming', user_id=b.me, text='чужое')
        a.read(w['chat_id'])
        control('read-by-partner', chat_id=w['chat_id'])
        control('idle')
        step("no events of others, none of reading", r1.quiet())
        control('webhooks', duplicate_next=1)
        control('incoming', chat_id=w['chat_id'], text='дважды')
        first, second = r1.next()[2], r1.next()[2]
        step('twice the same message', first['payload'] == second['payload'])
        r1.status = 500
        m = control('incoming', chat_id=w['chat_id'], text='отказ')
        r1.next(); control('idle')
        tries = control('deliveries', message_id=m['message_id'])
        tries = tries if isinstance(tries, list) else tries.get('deliveries', tries)
        step('no retries unless asked', len(tries) == 1 and tries[0]['status'] == 500, tries)
        control('webhooks', duplicate_next=0, retry_attempts=2, retry_delay_ms=5)
        control('clock', state='running')
        m = control('incoming', chat_id=w['chat_id'], text='снова')
        events = [r1.next()[2] for _ in range(3)]
        step('retries of one message', {e['payload']['value']['id'] for e in events} == {m['message_id']}, events)
        control('clock', state='stopped')
        step('unsubscribe the last', a.unsubscribe(one).json == {'ok': True})
        step('unsubscribe again', a.unsubscribe(one).status in (200, 404))
        step('GET is not the way', a.get('/messenger/v1/subscriptions').status == 404)
    finally:
        r1.close(); r2.close()


def unpaid():
    a, b = fresh()
    w = control('incoming', text='Здравствуйте')
    control('account', user_id=a.me, subscription=False)
    got = shaped('chats without paid access', CHATS, a.chats())['chats']
    last = next(c for c in got if c['id'] == w['chat_id'])['last_message']
    step('a notice in place of the text', last['type'] == 'text' and last['direction'] == 'in'
         and last['content']['text'].startswith('Перейдите на подписку с API мессенджера'), last)
    for name, r in (('messages', a.messages(w['chat_id'])), ('send', a.send(w['chat_id'], 'а')), ('subscriptions', a.subscriptions()),
                    ('subscribe', a.subscribe('http://127.0.0.1:9/x')), ('upload', a.upload(('uploadfile[]', 'a.png', 'image/png', png())))):
        got = refused(name + ' without paid access', r, 402)
        step(name + ' asks for payment', got['error']['message'] == 'Payment required', got)
    step('self needs no paid access', a.get('/core/v1/accounts/self').status == 200)
    control('settings', no_subscription_chats='payment_required')
    refused('chats without paid access, the other reading', a.chats(), 402)
    control('settings', no_subscription_chats='placeholder')
    control('account', user_id=a.me, subscription=True)
    step('paid', a.messages(w['chat_id']).status == 200)


def rates():
    a, b = fresh()
    for left in range(24, -1, -1):
        r = a.get('/core/v1/items')
        step('items with %d left' % left, r.status == 200 and r.headers.get('x-ratelimit-limit') == '25' and r.headers.get('x-ratelimit-remaining') == str(left), r.headers)
    r = a.get('/core/v1/items')
    shaped('the 26th within a minute', ERROR_E, r, 429)
    step('its headers', r.headers.get('x-ratelimit-limit') == '25' and r.headers.get('x-ratelimit-remaining') == '0', r.headers)
    step('no Retry-After', 'retry-after' not in r.headers)
    control('settings', retry_after=True)
    step('Retry-After', int(a.get('/core/v1/items').headers.get('retry-after', '0')) in range(1, 61), a.get('/core/v1/items').headers)
    step('another account is free', b.get('/core/v1/items').status == 200)
    control('clock', advance_seconds=61)
    step('a minute later', a.get('/core/v1/items').status == 200)
    step('the messenger has no limit', all(a.chats({'limit': 1}).status == 200 for _ in range(130)))
    control('mode', mode='429', scope='postSendMessage', count=1, retry_after=7, rate_limit=60)
    chat = control('chats', count=1)['chat_ids'][0]
    r = a.send(chat, 'а')
    shaped('429 of a send', ERROR_E, r, 429)
    step('with what it says', r.headers.get('retry-after') == '7' and r.headers.get('x-ratelimit-limit') == '60', r.headers)
    step('it was refused', len(listed(a.messages(chat))) == 1)


def adjacent():
    a, b = fresh()
    got = shaped('items', ITEMS, a.get('/core/v1/items'))
    step('items page', got['meta'] == {'page': 1, 'per_page': 25}, got['meta'])
    item = got['resources'][0]['id']
    removed = control('add-item', user_id=a.me, title='Снято', status='removed', price=None)['item_id']
    ids = lambda query='': [i['id'] for i in shaped('items ' + query, ITEMS, a.get('/core/v1/items', query))['resources']]
    step('active by default', removed not in ids())
    step('by status', removed in ids('status=removed') and item not in ids('status=removed'))
    step('by two', {removed, item} <= set(ids('status=active,removed')))
    refused('all is no status', a.get('/core/v1/items', 'status=all'), 400, ERROR_C)
    all_ids = ids('status=active,removed&per_page=50')
    step('by pages', [i for n in range(1, len(all_ids) + 1) for i in ids('status=active,removed&per_page=1&page=%d' % n)] == all_ids)
    step('past the end', ids('page=99') == [])
    refused('page 0', a.get('/core/v1/items', 'page=0'), 400, ERROR_C)
    refused('per_page 0', a.get('/core/v1/items', 'per_page=0'), 400, ERROR_C)
    refused('per_page 101', a.get('/core/v1/items', 'per_page=101'), 400, ERROR_C)
    info = shaped('item', ITEM_INFO, a.get('/core/v1/accounts/%d/items/%d/' % (a.me, item)))
    step('no title, no price', info['status'] == 'active' and 'title' not in info and 'price' not in info, info)
    for number, status in ((1, 'not_found'), (b.get('/core/v1/items').json['resources'][0]['id'], 'another_user')):
        r = a.get('/core/v1/accounts/%d/items/%d/' % (a.me, number))
        step('item ' + status, r.status == 200 and r.json.get('status') == status and not faults(ITEM_INFO, r.json), r)
    step('item without the closing slash', a.get('/core/v1/accounts/%d/items/%d' % (a.me, item)).status == 404)
    shaped('balance', BALANCE, a.get('/core/v1/accounts/%d/balance/' % a.me))
    step('balance without the closing slash', a.get('/core/v1/accounts/%d/balance' % a.me).status == 404)
    control('account', user_id=a.me, balance={'real': -0.5, 'bonus': 0})
    step('a balance below zero', a.get('/core/v1/accounts/%d/balance/' % a.me).json == {'real': -0.5, 'bonus': 0})
    refused('balance of another', a.get('/core/v1/accounts/%d/balance/' % b.me), 403)
    shaped('rating', RATING, a.get('/ratings/v1/info'))
    reviews = shaped('reviews', REVIEWS, a.get('/ratings/v1/reviews?offset=0&limit=50'))
    step('reviews in all', reviews['total'] == len(reviews['reviews']) > 1, reviews['total'])
    pages = [r['id'] for n in range(reviews['total']) for r in a.get('/ratings/v1/reviews?offset=%d&limit=1' % n).json['reviews']]
    step('reviews by pages', pages == [r['id'] for r in reviews['reviews']], pages)
    for query in ('', 'offset=0', 'limit=20', 'offset=0&limit=0', 'offset=0&limit=51', 'offset=x&limit=20', 'offset=-1&limit=1'):
        refused('reviews by ' + query, a.get('/ratings/v1/reviews', query), 400, ERROR_D)
    free = next(r for r in reviews['reviews'] if r['canAnswer'])
    made = shaped('answer', ANSWERED, a.post('/ratings/v1/answers', {'reviewId': free['id'], 'message': 'Спасибо!'}))
    seen = next(r for r in a.get('/ratings/v1/reviews?offset=0&limit=50').json['reviews'] if r['id'] == free['id'])
    step('answered', not faults(REVIEW, seen) and seen['answer']['id'] == made['id'] and seen['answer']['text'] == 'Спасибо!', seen)
    refused('no message', a.post('/ratings/v1/answers', {'reviewId': free['id']}), 400, ERROR_D)
    step('an unknown review', a.post('/ratings/v1/answers', {'reviewId': 1, 'message': 'а'}).status in (400, 404))
    r = a.call('DELETE', '/ratings/v1/answers/%d' % made['id'])
    step('answer taken back', r.status == 200 and r.json == {'success': True}, r)
    refused('taken back twice', a.call('DELETE', '/ratings/v1/answers/%d' % made['id']), 404)
    seen = next(r for r in a.get('/ratings/v1/reviews?offset=0&limit=50').json['reviews'] if r['id'] == free['id'])
    step('and may be answered again', seen.get('answer') is None and seen['canAnswer'], seen)


def troubles():
    a, b = fresh()
    for code in ('400', '401', '402', '403', '404', '500', '503'):
        control('mode', mode=code, scope='getChatsV2', count=1)
        refused('mode ' + code, a.chats(), int(code))
    control('mode', mode='html', scope='getChatsV2', count=1, status=429)
    r = a.chats()
    step('a page in place of an answer', r.status == 429 and r.headers['content-type'].startswith('text/html') and r.json is None, r)
    control('mode', mode='invalid_json', scope='getChatsV2', count=1)
    step('no JSON', a.chats().json is None)
    control('clock', state='running')
    control('mode', mode='slow', scope='getChatsV2', count=1, delay_ms=150)
    began = time.monotonic()
    step('a slow answer', a.chats().status == 200 and time.monotonic() - began >= 0.14)
    control('mode', mode='reset', scope='postSendMessage', count=2, when='after')
    chat = control('chats', count=1)['chat_ids'][0]
    try: a.send(chat, 'ушло?'); step('cut', False)
    except OSError: step('cut', True)
    control('mode', mode='ok')
    step('it may be out', any(m['content'].get('text') == 'ушло?' for m in listed(a.messages(chat))))
    opened = a.wire.opened
    for _ in range(20): a.chats({'limit': 1})
    step('a connection is kept', a.wire.opened == opened, (opened, a.wire.opened))
    r = a.chats(headers={'connection': 'close'})
    step('or closed on demand', r.status == 200 and r.headers.get('connection') == 'close', r.headers)


PARTS = (tokens, access, chats, messages, sends, pictures, voices, block, hooks, unpaid, rates, adjacent, troubles)
for part in PARTS:
    if len(sys.argv) > 1 and part.__name__ not in sys.argv[1:]: continue
    began = time.time()
    try: part()
    except Exception:
        FAILS.append(part.__name__)
        traceback.print_exc(file=sys.stdout)
    print('%s %.1f s' % (part.__name__, time.time() - began))
print(json.dumps({'steps': STEPS, 'disagreements': FAILS}, ensure_ascii=False))
