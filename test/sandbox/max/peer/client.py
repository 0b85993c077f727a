"""A MAX client written from the public notes alone, in the manner of the public Python clients: one connection, replies
matched by seq, pushes queued."""
import http.client, socket, time, urllib.parse
from wire import *

WEB = {'deviceType': 'WEB', 'pushDeviceType': 'WEBPUSH', 'locale': 'ru', 'deviceLocale': 'ru', 'osVersion': 'macOS', 'deviceName': 'Chrome',
       'headerUserAgent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/147.0.0.0 Safari/537.36', 'isPwa': False,
       'appVersion': '26.9.8', 'screen': '1080x1920 1.0x', 'timezone': 'Europe/Moscow'}
OLD_WEB = {k: WEB[k] for k in WEB if k not in ('pushDeviceType', 'isPwa')}
ANDROID = {'deviceType': 'ANDROID', 'appVersion': '26.29.1', 'osVersion': 'Android 13', 'timezone': 'Europe/Moscow',
           'screen': 'xxhdpi 480dpi 1080x2400', 'pushDeviceType': 'GCM', 'arch': 'arm64-v8a', 'locale': 'ru', 'buildNumber': 6808,
           'deviceName': 'Xiaomi Redmi Note 12', 'deviceLocale': 'ru'}


class MaxError(Exception):
    def __init__(self, frame):
        self.payload = frame['payload'] or {}
        self.key = self.payload.get('error')
        self.opcode = frame['opcode']
        super().__init__('%s: %s' % (self.opcode, self.payload))


class Client:
    def __init__(self, wire, start=0, timeout=120, ids='plain', ack=True):
        self.w, self.seq, self.timeout, self.ids, self.ack = wire, start, timeout, ids, ack
        self.pushes, self.replies = [], {}
        self.w.s.settimeout(timeout)

    # ids on the wire: strings in JSON, integers (plain or ext 1) in binary frames
    def mid(self, v):
        if not self.w.binary: return str(v)
        return Ext1(int(v)) if self.ids == 'ext' else int(v)

    def cid(self, v):
        """other ids: JSON numbers, integers, or ext 1 as the web client does"""
        return Ext1(int(v)) if self.w.binary and self.ids == 'ext' else int(v)

    def post(self, opcode, payload=None, cmd=0):
        seq = self.seq
        self.seq = (seq + 1) % 65536
        self.w.send(cmd, seq, opcode, payload)
        return seq

    def call(self, opcode, payload=None):
        seq = self.post(opcode, payload)
        return self.reply(seq, opcode)

    def reply(self, seq, opcode):
        until = time.time() + self.timeout
        while seq not in self.replies:
            if time.time() > until: raise TimeoutError('no reply to %d' % opcode)
            self.pump()
        f = self.replies.pop(seq)
        assert f['opcode'] == opcode, 'reply of %d to %d' % (f['opcode'], opcode)
        if f['cmd'] == 3: raise MaxError(f)
        return f['payload']

    def pump(self):
        f = self.w.recv()
        assert f['ver'] == (10 if self.w.binary else 11), f
        if f['cmd'] == 0:
            if f['opcode'] == 1:
                self.w.send(1, f['seq'], 1, None)
            else:
                self.pushes.append(f)
                if f['opcode'] == 128 and self.ack:
                    p = f['payload']
                    self.w.send(1, f['seq'], 128, {'chatId': self.cid(p['chatId']), 'messageId': self.mid(p['message']['id'])})
        else:
            self.replies[f['seq']] = f

    def push(self, opcode, want=lambda p: True, timeout=None):
        until = time.time() + (timeout or self.timeout)
        while True:
            for i, f in enumerate(self.pushes):
                if f['opcode'] == opcode and want(f['payload']):
                    return self.pushes.pop(i)['payload']
            left = until - time.time()
            if left <= 0: raise TimeoutError('no push %d; have %s' % (opcode, [(x['opcode'], x['payload']) for x in self.pushes]))
            self.w.s.settimeout(left)
            try: self.pump()
            except (socket.timeout, TimeoutError): pass
            finally: self.w.s.settimeout(self.timeout)

    def init(self, agent, device, **more):
        payload = dict(more)
        payload['userAgent'] = agent
        payload['deviceId'] = device
        return self.call(6, payload)

    def login_web(self, token, **more):
        return self.call(19, dict({'token': token, 'chatsCount': 15, 'interactive': False, 'chatsSync': 0, 'contactsSync': 0,
                                   'presenceSync': -1, 'draftsSync': 0}, **more))

    def login_mobile(self, token, agent=ANDROID, **more):
        return self.call(19, dict({'token': token, 'chatsCount': 40, 'interactive': False, 'chatsSync': -1, 'contactsSync': -1,
                                   'presenceSync': -1, 'draftsSync': -1, 'userAgent': agent,
                                   'exp': {'chatsCountGroups': b'\x0a\x32'},
                                   'configHash': '00000000-0000000000000000-00000000-0000000000000000-0000000000000000-0-0000000000000000-00000000',
                                   }, **more))

    def close(self): self.w.close()


def token_of(reply):
    return reply['tokenAttrs']['LOGIN']['token']


def fetch(method, url, body=None, headers=None, ca=None):
    u = urllib.parse.urlsplit(url)
    c = (http.client.HTTPSConnection(u.hostname, u.port, context=context(ca), timeout=120) if u.scheme == 'https'
         else http.client.HTTPConnection(u.hostname, u.port, timeout=120))
    c.request(method, u.path + ('?' + u.query if u.query else ''), body, headers or {})
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, data, dict((k.lower(), v) for k, v in r.getheaders())

