"""An Avito client written from the public notes alone, with nothing but Python's standard library: one keep-alive connection, a
token asked for once, and a receiver of webhooks."""
import http.client, http.server, json, queue, socket, struct, threading, time, urllib.parse, zlib


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try: self.json = json.loads(body)
        except ValueError: self.json = None

    def __repr__(self): return '%d %s' % (self.status, self.body[:300])


class Wire:
    """Requests over one connection that stays open; opened anew where the other side closed it."""
    def __init__(self, origin, timeout=30):
        u = urllib.parse.urlsplit(origin)
        self.c = http.client.HTTPConnection(u.hostname, u.port, timeout=timeout)
        self.opened = 0

    def send(self, method, path, body=None, headers=None, chunked=False):
        for attempt in (0, 1):
            try:
                if self.c.sock is None:
                    self.c.connect()
                    self.c.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.opened += 1
                self.c.request(method, path, body, headers or {}, encode_chunked=chunked)
                r = self.c.getresponse()
                return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.c.close()
                if attempt: raise


FORM = 'application/x-www-form-urlencoded'


class Avito:
    def __init__(self, origin, client_id, client_secret, user_id):
        self.wire, self.id, self.secret, self.me = Wire(origin), client_id, client_secret, user_id
        self.bearer = None

    def token(self, path='/token', headers=None, method='POST', **fields):
        fields = dict({'grant_type': 'client_credentials', 'client_id': self.id, 'client_secret': self.secret}, **fields)
        body = urllib.parse.urlencode({k: v for k, v in fields.items() if v is not None})
        return self.wire.send(method, path, body, dict({'content-type': FORM}, **(headers or {})))

    def sign_in(self):
        self.bearer = self.token().json['access_token']
        return self

    def call(self, method, path, query=None, body=None, headers=None, bearer=True):
        headers = dict(headers or {})
        if bearer is True: bearer = self.bearer
        if bearer: headers['authorization'] = 'Bearer ' + bearer
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault('content-type', 'application/json')
        if query: path += '?' + (query if isinstance(query, str) else urllib.parse.urlencode(query))
        return self.wire.send(method, path, body, headers)

    def get(self, path, query=None, **more): return self.call('GET', path, query, **more)
    def post(self, path, body=None, **more): return self.call('POST', path, body=body, **more)

    def account(self, version, path='', user=None): return '/messenger/v%d/accounts/%s%s' % (version, user or self.me, path)
    def chats(self, query=None, **more): return self.get(self.account(2, '/chats'), query, **more)
    def chat(self, chat, **more): return self.get(self.account(2, '/chats/' + quote(chat)), **more)
    def messages(self, chat, query=None, **more):
        return self.get(self.account(3, '/chats/%s/messages/' % quote(chat)), query, **more)
    def of_chat(self, chat, path): return self.account(1, '/chats/%s/%s' % (quote(chat), path))
    def send_raw(self, chat, body, **more): return self.post(self.of_chat(chat, 'messages'), body, **more)
    def send(self, chat, text): return self.send_raw(chat, {'type': 'text', 'message': {'text': text}})
    def send_image(self, chat, image): return self.post(self.of_chat(chat, 'messages/image'), {'image_id': image})
    def delete(self, chat, message): return self.post(self.of_chat(chat, 'messages/' + quote(message)))
    def read(self, chat): return self.post(self.of_chat(chat, 'read'))
    def voices(self, query): return self.get(self.account(1, '/getVoiceFiles'), query)
    def blacklist(self, body): return self.post(self.account(2, '/blacklist'), body)
    def subscribe(self, url, **more): return self.post('/messenger/v3/webhook', dict({'url': url}, **more))
    def unsubscribe(self, url): return self.post('/messenger/v1/webhook/unsubscribe', {'url': url})
    def subscriptions(self): return self.post('/messenger/v1/subscriptions')

    def upload(self, *parts):
        body, kind = multipart(parts)
        return self.post(self.account(1, '/uploadImages'), body, headers={'content-type': kind})


def quote(text): return urllib.parse.quote(text, safe='')


def multipart(parts, boundary='----b0undary'):
    out = b''
    for name, filename, kind, data in parts:
        out += ('--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n'
                % (boundary, name, filename, kind)).encode() + data + b'\r\n'
    return out + ('--%s--\r\n' % boundary).encode(), 'multipart/form-data; boundary=' + boundary


def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(width=2, height=2):
    """A whole picture where it is small, else only a header that promises so many pixels."""
    rows = b'\0' * ((width * 3 + 1) * height) if width * height < 1_000_000 else b'\0'
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def picture(kind):
    if kind == 'png': return png()
    if kind == 'gif': return b'GIF89a' + struct.pack('<HH', 1, 1) + b'\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;'
    if kind == 'bmp': return b'BM' + struct.pack('<IHHIIiiHHIIiiII', 58, 0, 0, 54, 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0) + b'\xff\xff\xff\0'
    if kind == 'jpeg': return (b'\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0' + b'\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0' + b'\xff\xd9')
    if kind == 'heic': return struct.pack('>I', 24) + b'ftypheic\0\0\0\0mif1heic' + struct.pack('>I', 8) + b'mdat'
    if kind == 'webp': return b'RIFF' + struct.pack('<I', 12) + b'WEBPVP8 ' + b'\0' * 4
    raise ValueError(kind)


class Receiver:
    """A webhook address of one's own: every request is kept, each path may have an answer."""
    def __init__(self):
        self.got, self.status, self.delay = queue.Queue(), 200, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get('content-length') or 0))
                outer.got.put((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if outer.delay: time.sleep(outer.delay)
                try:
                    self.send_response(outer.status)
                    self.send_header('content-length', '0')
                    self.end_headers()
                except OSError: pass

            def log_message(self, *args): pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.origin = 'http://127.0.0.1:%d' % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, timeout=10):
        path, headers, body = self.got.get(timeout=timeout)
        return path, headers, json.loads(body)

    def quiet(self): return self.got.empty()
    def close(self):
        self.server.shutdown()
        self.server.server_close()
