"""What the checks of this folder share: the sandbox they look at, sessions on its fronts, and the tally of what disagrees."""
import base64, json, os, socket, sys, time, traceback, urllib.parse, uuid
from client import *

S = json.loads(os.environ['SANDBOX'])
A, CA, CONTROL = S['addresses'], S['cert'], S['control']
ANNA, BORIS, CLARA = S['accounts']
FAILS, STEPS = [], 0
DIALOG = int(ANNA['id']) ^ int(BORIS['id'])
assert DIALOG == 92610303


def control(name, body=None):
    if body is None:
        st, data, _ = fetch('GET', CONTROL + '/' + name)
    else:
        st, data, _ = fetch('POST', CONTROL + '/' + name, json.dumps(body), {'content-type': 'application/json'})
    assert st < 300, (name, st, data)
    return json.loads(data) if data else None


def step(name, good, seen=None):
    global STEPS
    STEPS += 1
    if not good:
        FAILS.append(name)
        print('DISAGREES %s: %s' % (name, json.dumps(seen, ensure_ascii=False, default=str)[:900]))


def refused(name, keys, f, *a, **k):
    try:
        got = f(*a, **k)
    except MaxError as e:
        msg = str(e.payload.get('message', ''))
        step(name, e.key in keys or msg in keys, e.payload)
        return e
    except (EOFError, OSError) as e:
        step(name, 'closed' in keys, repr(e))
        return e
    step(name, False, got)


def binary(account=None, **k):
    return Client(BinaryWire(ws_connect(A['websocket'], CA)), **k)
def plain_json(**k):
    return Client(JsonWire(ws_connect(A['json'], CA)), **k)
def tcp(chunk=0, compress='never', **k):
    return Client(TcpWire(dial(A['tcp'], CA)[0], compress, chunk), start=1, **k)


def session(kind, account, **k):
    if kind == 'tcp':
        c = tcp(chunk=7, **k)
        c.init(ANDROID, account['mobile']['deviceId'], mt_instanceid=str(uuid.uuid4()), clientSessionId=17)
        return c, c.login_mobile(account['mobile']['token'])
    c = binary(**k) if kind == 'binary' else plain_json(**k)
    c.init(WEB if kind == 'binary' else OLD_WEB, account['web']['deviceId'])
    return c, c.login_web(account['web']['token'])


INT = lambda v: isinstance(v, int) and not isinstance(v, bool)


def id_ok(c, v):
    return isinstance(v, str) and v.isdigit() if not c.w.binary else INT(v)


def check_message(c, m, where):
    step(where + ' id', id_ok(c, m.get('id')), m)
    step(where + ' time', INT(m.get('time')), m)
    step(where + ' type', m.get('type') in ('USER', 'CHANNEL'), m)
    step(where + ' id>>16', int(m['id']) >> 16 <= m['time'] + 1000 and abs((int(m['id']) >> 16) - m['time']) < 5000, m)
    step(where + ' attaches', isinstance(m.get('attaches', []), list), m)
    for a in m.get('attaches', []):
        step(where + ' _type', isinstance(a.get('_type'), str), a)
    for e in m.get('elements') or []:
        step(where + ' element', e.get('type') and INT(e.get('length')) and e.get('from', 0) in range(0, 5000), e)


def check_user(c, u, where):
    step(where + ' user', INT(u.get('id')) and isinstance(u.get('names'), list) and u['names'][0].get('name') is not None, u)
    if 'phone' in u: step(where + ' phone', INT(u['phone']), u)
    step(where + ' options', isinstance(u.get('options', []), list), u)


def check_chat(c, ch, where):
    step(where + ' chat', INT(ch.get('id')) and ch.get('type') in ('DIALOG', 'CHAT', 'CHANNEL') and ch.get('status') == 'ACTIVE'
         and isinstance(ch.get('participants', {}), dict) and INT(ch.get('lastEventTime')), ch)
    if ch['type'] == 'DIALOG': step(where + ' untitled', 'title' not in ch, ch)
    else: step(where + ' title', isinstance(ch.get('title'), str), ch)
    for k, v in (ch.get('participants') or {}).items():
        step(where + ' participants', (isinstance(k, str) if not c.w.binary else isinstance(k, (int, str))) and str(k).isdigit() and INT(v), ch)
    if ch.get('lastMessage'): check_message(c, ch['lastMessage'], where + ' lastMessage')
    for k in ('pinnedMessage',):
        if ch.get(k): check_message(c, ch[k], where + k)


def tally():
    return {'steps': STEPS, 'disagreements': FAILS}
