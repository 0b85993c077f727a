"""The wire of MAX (OneMe) as the public notes describe it, with nothing but Python's standard library: msgpack with
ext type 1, LZ4 blocks, the 10-byte frame header, WebSocket frames. Shared by the client and the server beside it."""
import base64
import hashlib
import json
import os
import socket
import ssl
import struct


class Ext1(int):
    """An integer that travels as msgpack ext type 1 (the web client wraps ids so)."""


class Wide(int):
    """An integer that travels as int64, however small it is."""


# --- msgpack -------------------------------------------------------------------------------------------------------

def pack(v, out=None):
    top = out is None
    if top:
        out = bytearray()
    if v is None:
        out.append(0xC0)
    elif v is True:
        out.append(0xC3)
    elif v is False:
        out.append(0xC2)
    elif isinstance(v, Ext1):
        inner = pack(Wide(int(v)))
        out += (b'\xc7' + bytes([len(inner), 1])) + inner
    elif isinstance(v, Wide):
        out += b'\xd3' + struct.pack('>q', int(v))
    elif isinstance(v, int):
        if 0 <= v < 128 or -32 <= v < 0:
            out += struct.pack('>b', v)
        elif 0 <= v:
            for code, fmt, limit in ((0xCC, '>B', 1 << 8), (0xCD, '>H', 1 << 16), (0xCE, '>I', 1 << 32), (0xCF, '>Q', 1 << 64)):
                if v < limit:
                    out.append(code); out += struct.pack(fmt, v); break
        else:
            for code, fmt, limit in ((0xD0, '>b', 1 << 7), (0xD1, '>h', 1 << 15), (0xD2, '>i', 1 << 31), (0xD3, '>q', 1 << 63)):
                if -v <= limit:
                    out.append(code); out += struct.pack(fmt, v); break
    elif isinstance(v, float):
        out += b'\xcb' + struct.pack('>d', v)
    elif isinstance(v, str):
        b = v.encode()
        n = len(b)
        if n < 32: out.append(0xA0 | n)
        elif n < 256: out += bytes([0xD9, n])
        elif n < 65536: out += b'\xda' + struct.pack('>H', n)
        else: out += b'\xdb' + struct.pack('>I', n)
        out += b
    elif isinstance(v, (bytes, bytearray)):
        n = len(v)
        if n < 256: out += bytes([0xC4, n])
        elif n < 65536: out += b'\xc5' + struct.pack('>H', n)
        else: out += b'\xc6' + struct.pack('>I', n)
        out += v
    elif isinstance(v, (list, tuple)):
        n = len(v)
        if n < 16: out.append(0x90 | n)
        elif n < 65536: out += b'\xdc' + struct.pack('>H', n)
        else: out += b'\xdd' + struct.pack('>I', n)
        for x in v: pack(x, out)
    elif isinstance(v, dict):
        n = len(v)
        if n < 16: out.append(0x80 | n)
        elif n < 65536: out += b'\xde' + struct.pack('>H', n)
        else: out += b'\xdf' + struct.pack('>I', n)
        for k, x in v.items():
            pack(k, out); pack(x, out)
    else:
        raise TypeError(repr(v))
    return bytes(out) if top else None


def unpack(data):
    v, at = _unpack(data, 0)
    if at != len(data):
        raise ValueError('%d bytes left over' % (len(data) - at))
    return v


def _many(data, at, n, pairs):
    if not pairs:
        out = []
        for _ in range(n):
            v, at = _unpack(data, at)
            out.append(v)
        return out, at
    out = {}
    for _ in range(n):
        k, at = _unpack(data, at)
        v, at = _unpack(data, at)
        out[k] = v
    return out, at


def _unpack(d, at):
    c = d[at]; at += 1
    if c < 0x80: return c, at
    if c >= 0xE0: return c - 256, at
    if c < 0x90: return _many(d, at, c & 15, True)
    if c < 0xA0: return _many(d, at, c & 15, False)
    if c < 0xC0: return d[at:at + (c & 31)].decode(), at + (c & 31)
    if c == 0xC0: return None, at
    if c == 0xC2: return False, at
    if c == 0xC3: return True, at
    fixed = {0xCA: '>f', 0xCB: '>d', 0xCC: '>B', 0xCD: '>H', 0xCE: '>I', 0xCF: '>Q', 0xD0: '>b', 0xD1: '>h', 0xD2: '>i', 0xD3: '>q'}
    if c in fixed:
        n = struct.calcsize(fixed[c])
        return struct.unpack(fixed[c], d[at:at + n])[0], at + n
    sizes = {0xC4: '>B', 0xC5: '>H', 0xC6: '>I', 0xC7: '>B', 0xC8: '>H', 0xC9: '>I', 0xD9: '>B', 0xDA: '>H', 0xDB: '>I', 0xDC: '>H', 0xDD: '>I', 0xDE: '>H', 0xDF: '>I'}
    if 0xD4 <= c <= 0xD8:
        n = 1 << (c - 0xD4)
    else:
        w = struct.calcsize(sizes[c])
        n = struct.unpack(sizes[c], d[at:at + w])[0]
        at += w
    if c in (0xDC, 0xDD): return _many(d, at, n, False)
    if c in (0xDE, 0xDF): return _many(d, at, n, True)
    if c in (0xD9, 0xDA, 0xDB): return d[at:at + n].decode(), at + n
    if c in (0xC4, 0xC5, 0xC6): return bytes(d[at:at + n]), at + n
    kind = d[at]
    body = d[at + 1:at + 1 + n]
    if kind == 1:
        return unpack(bytes(body)), at + 1 + n
    return ('ext', kind, bytes(body)), at + 1 + n


# --- LZ4 block -----------------------------------------------------------------------------------------------------

def lz4_decompress(src):
    out = bytearray()
    i = 0
    while i < len(src):
        token = src[i]; i += 1
        lit = token >> 4
        if lit == 15:
            while True:
                b = src[i]; i += 1; lit += b
                if b != 255: break
        out += src[i:i + lit]; i += lit
        if i >= len(src): break
        off = src[i] | src[i + 1] << 8; i += 2
        if off == 0 or off > len(out): raise ValueError('bad LZ4 offset')
        n = token & 15
        if n == 15:
            while True:
                b = src[i]; i += 1; n += b
                if b != 255: break
        for _ in range(n + 4): out.append(out[-off])
    return bytes(out)


def _length(n, out):
    n -= 15
    while n >= 255:
        out.append(255); n -= 255
    out.append(n)


def lz4_compress(src):
    """Greedy matches over a table of 4-byte prefixes; ends with at least 12 literals as the block format asks."""
    out = bytearray()
    table = {}
    i = anchor = 0
    end = len(src) - 12
    while i < end:
        key = src[i:i + 4]
        j = table.get(key, -1)
        table[key] = i
        if j < 0 or i - j > 65535:
            i += 1
            continue
        n = 4
        while i + n < len(src) - 5 and src[j + n] == src[i + n]: n += 1
        lit = i - anchor
        out.append(min(lit, 15) << 4 | min(n - 4, 15))
        if lit >= 15: _length(lit, out)
        out += src[anchor:i]
        out += struct.pack('<H', i - j)
        if n - 4 >= 15: _length(n - 4, out)
        i += n
        anchor = i
    lit = len(src) - anchor
    out.append(min(lit, 15) << 4)
    if lit >= 15: _length(lit, out)
    out += src[anchor:]
    return bytes(out)


# --- frames --------------------------------------------------------------------------------------------------------

def frame(cmd, seq, opcode, payload, compress='never', ver=10):
    body = b'' if payload is None else pack(payload)
    flag = 0
    if body and (compress == 'always' or (compress == 'auto' and len(body) >= 32)):
        small = lz4_compress(body)
        flag = min(0x7F, len(body) // len(small) + 1)
        body = small
    return struct.pack('>BBHHI', ver, cmd, seq & 0xFFFF, opcode, flag << 24 | len(body)) + body


def parse_frame(data):
    ver, cmd, seq, opcode, packed = struct.unpack('>BBHHI', data[:10])
    body = data[10:10 + (packed & 0xFFFFFF)]
    if packed >> 24: body = lz4_decompress(body)
    return {'ver': ver, 'cmd': cmd, 'seq': seq, 'opcode': opcode, 'payload': unpack(body) if body else None,
            'packing': (packed >> 24, packed & 0xFFFFFF, len(body))}


def context(ca=None):
    ctx = ssl.create_default_context(cadata=ca) if ca else ssl.create_default_context()
    return ctx


def dial(url, ca=None, timeout=120):
    """A socket to `scheme://host:port/path`; TLS for wss, tls and https, verified against `ca` (PEM)."""
    scheme, rest = url.split('://')
    hostport, _, path = rest.partition('/')
    host, _, port = hostport.partition(':')
    s = socket.create_connection((host, int(port)), timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme in ('wss', 'tls', 'https'):
        s = context(ca).wrap_socket(s, server_hostname=host)
    return s, host, port, '/' + path


class TcpWire:
    """The mobile front: frames back to back on one stream."""
    binary = True

    def __init__(self, sock, compress='never', chunk=0):
        self.s, self.compress, self.chunk, self.buf = sock, compress, chunk, b''
        self.raw = []  # (flag, bytes as sent, bytes unpacked) of each frame that came

    def send(self, cmd, seq, opcode, payload):
        data = frame(cmd, seq, opcode, payload, self.compress)
        if self.chunk:
            for i in range(0, len(data), self.chunk): self.s.sendall(data[i:i + self.chunk])
        else:
            self.s.sendall(data)

    def recv(self):
        while True:
            if len(self.buf) >= 10:
                n = 10 + (struct.unpack('>I', self.buf[6:10])[0] & 0xFFFFFF)
                if len(self.buf) >= n:
                    data, self.buf = self.buf[:n], self.buf[n:]
                    f = parse_frame(data)
                    self.raw.append(f['packing'])
                    return f
            more = self.s.recv(65536)
            if not more: raise EOFError('closed')
            self.buf += more

    def close(self):
        try: self.s.close()
        except OSError: pass


class WebSocket:
    """RFC 6455, either side: messages whole, control frames answered."""

    def __init__(self, sock, mask, rest=b''):
        self.s, self.mask, self.buf = sock, mask, rest

    def _read(self, n):
        while len(self.buf) < n:
            more = self.s.recv(65536)
            if not more: raise EOFError('closed')
            self.buf += more
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def send(self, opcode, data, fin=True):
        n = len(data)
        head = bytes([(0x80 if fin else 0) | opcode])
        bit = 0x80 if self.mask else 0
        if n < 126: head += bytes([bit | n])
        elif n < 65536: head += bytes([bit | 126]) + struct.pack('>H', n)
        else: head += bytes([bit | 127]) + struct.pack('>Q', n)
        if self.mask:
            key = os.urandom(4)
            head += key
            data = bytes(b ^ key[i & 3] for i, b in enumerate(data))
        self.s.sendall(head + data)

    def recv(self):
        """-> (opcode 1 text | 2 binary, bytes)"""
        kind, parts = 0, b''
        while True:
            # A time-out in the middle of a frame must lose nothing: read from a copy of the buffer.
            saved = self.buf
            try:
                a, b = self._read(2)
                n = b & 127
                used = 2
                if n == 126:
                    n = struct.unpack('>H', self._read(2))[0]; used += 2
                elif n == 127:
                    n = struct.unpack('>Q', self._read(8))[0]; used += 8
                key = self._read(4) if b & 128 else None
                data = self._read(n)
            except (socket.timeout, TimeoutError):
                raise
            if key: data = bytes(x ^ key[i & 3] for i, x in enumerate(data))
            op = a & 15
            if op == 9: self.send(10, data); continue
            if op == 10: continue
            if op == 8:
                try: self.send(8, data)
                except OSError: pass
                raise EOFError('closed by WebSocket %s' % (struct.unpack('>H', data[:2])[0] if len(data) >= 2 else ''))
            if op: kind = op
            parts += data
            if a & 128: return kind, parts


def ws_connect(url, ca=None, origin='https://web.max.ru', agent='Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0.0.0 Safari/537.36'):
    s, host, port, path = dial(url, ca)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ['GET %s HTTP/1.1' % path, 'Host: %s:%s' % (host, port), 'Upgrade: websocket', 'Connection: Upgrade',
             'Sec-WebSocket-Key: ' + key, 'Sec-WebSocket-Version: 13', 'User-Agent: ' + agent]
    if origin: lines.append('Origin: ' + origin)
    s.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
    head = b''
    while b'\r\n\r\n' not in head:
        more = s.recv(4096)
        if not more: raise EOFError(head)
        head += more
    head, _, rest = head.partition(b'\r\n\r\n')
    status = int(head.split(b' ')[1])
    if status != 101:
        s.close()
        raise ConnectionError(status)
    accept = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
    assert b'sec-websocket-accept: ' + accept.lower() in head.lower(), head
    return WebSocket(s, True, rest)


class BinaryWire:
    """The current web front: one binary WebSocket message, one frame."""
    binary = True

    def __init__(self, ws, compress='auto'):
        self.ws, self.s, self.compress = ws, ws.s, compress

    def send(self, cmd, seq, opcode, payload):
        self.ws.send(2, frame(cmd, seq, opcode, payload, self.compress))

    def recv(self):
        kind, data = self.ws.recv()
        assert kind == 2, 'a text message on the binary front'
        return parse_frame(data)

    def close(self):
        try: self.s.close()
        except OSError: pass


class JsonWire:
    """The legacy web front: one text message, one JSON object."""
    binary = False

    def __init__(self, ws):
        self.ws, self.s = ws, ws.s

    def send(self, cmd, seq, opcode, payload):
        self.ws.send(1, json.dumps({'ver': 11, 'cmd': cmd, 'seq': seq, 'opcode': opcode, 'payload': payload}, ensure_ascii=False).encode())

    def recv(self):
        kind, data = self.ws.recv()
        assert kind == 1, 'a binary message on the JSON front'
        return json.loads(data)

    def close(self):
        try: self.s.close()
        except OSError: pass
