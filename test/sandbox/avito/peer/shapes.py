"""The objects of Avito's messenger API as the public notes give them: which members there are, of which type. A member that
ends in '?' may be absent; one that nobody names is a fault."""
import re


class Maybe:
    def __init__(self, shape): self.shape = shape


class Map:
    """Members of any name that matches."""
    def __init__(self, key, shape): self.key, self.shape = re.compile(key), shape


class One:
    def __init__(self, *values): self.values = values


def faults(shape, value, at='$'):
    if isinstance(shape, Maybe):
        return [] if value is None else faults(shape.shape, value, at)
    if isinstance(shape, One):
        return [] if any(value == v and type(value) is type(v) for v in shape.values) else ['%s is %r' % (at, value)]
    if isinstance(shape, re.Pattern):
        return [] if isinstance(value, str) and shape.fullmatch(value) else ['%s is %r' % (at, value)]
    if shape is float:
        return [] if type(value) in (int, float) else ['%s is %r' % (at, value)]
    if isinstance(shape, type):
        return [] if type(value) is shape else ['%s is %r' % (at, value)]
    if isinstance(shape, list):
        if type(value) is not list: return ['%s is no array' % at]
        return [f for i, v in enumerate(value) for f in faults(shape[0], v, '%s[%d]' % (at, i))]
    if type(value) is not dict:
        return ['%s is no object: %r' % (at, value)]
    if isinstance(shape, Map):
        out = ['%s has %r' % (at, k) for k in value if not shape.key.fullmatch(k)]
        return out + [f for k, v in value.items() for f in faults(shape.shape, v, at + '.' + k)]
    known = {k.rstrip('?'): v for k, v in shape.items()}
    out = ['%s has %s' % (at, k) for k in value if k not in known]
    out += ['%s lacks %s' % (at, k) for k in shape if not k.endswith('?') and k not in value]
    return out + [f for k, v in value.items() if k in known for f in faults(known[k], v, at + '.' + k)]


URL = re.compile(r'https?://\S+')
SIZES = Map(r'\d+x\d+', URL)
MESSAGE_ID = re.compile(r'[0-9a-f]{32}')
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
CHAT_ID = re.compile(r'(u2i|u2u|a2u)-[A-Za-z0-9_~-]+')
RFC3339 = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')
OFFSET_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)')

TOKEN = {'access_token': str, 'expires_in': int, 'token_type': One('Bearer')}
USER_TOKEN = dict(TOKEN, refresh_token=str, scope=str)
SELF = {'id': int, 'name': str, 'email': str, 'phone': str, 'phones': [str], 'profile_url': URL}

CONTENT = {
    'text': {'text': str},
    'image': {'image': {'sizes': SIZES}},
    'voice': {'voice': {'voice_id': str}},
    'link': {'link': {'text': str, 'url': str, 'preview?': Maybe({
        'title': str, 'description': str, 'domain': str, 'url': str, 'images?': Maybe(SIZES)})}},
    'item': {'item': {'title': str, 'item_url': URL, 'image_url': str, 'price_string': Maybe(str)}},
    'location': {'location': {'kind': str, 'lat': float, 'lon': float, 'title': str, 'text': str}},
    'call': {'call': {'status': One('missed'), 'target_user_id': int}},
    'system': {'text': str, 'flow_id': str},
    'deleted': {}, 'file': {}, 'video': {}, 'appCall': {},
}
DIRECTION = One('in', 'out')
TYPE = One(*CONTENT)
MEMBERS = {'text', 'flow_id', 'image', 'voice', 'link', 'item', 'location', 'call'}




def content_faults(kind, content, at):
    """Only the member that the type names is filled; the others are absent or null."""
    if type(content) is not dict: return ['%s is no object' % at]
    filled = {k: v for k, v in content.items() if v is not None}
    return ['%s has %s' % (at, k) for k in content if k not in MEMBERS] + faults(CONTENT[kind], filled, at)


USER = {'id': int, 'name': str, 'parsing_allowed?': bool, 'public_user_profile': {
    'user_id': int, 'item_id?': int, 'url': URL, 'avatar': {'default': URL, 'images': SIZES}}}
CONTEXT = {'type': One('item'), 'value': {
    'id': int, 'title': str, 'user_id': int, 'status_id': int, 'price_string': str, 'url': URL,
    'images': {'count': int, 'main?': SIZES}, 'location?': {'title': str, 'lat': float, 'lon': float}}}
LAST = {'id': MESSAGE_ID, 'author_id': int, 'created': int, 'type': TYPE, 'direction': DIRECTION, 'content': dict,
        'delivered?': int, 'read?': int}
CHAT = {'id': CHAT_ID, 'created': int, 'updated': int, 'context?': CONTEXT, 'users': [USER], 'last_message?': LAST}
CHATS = {'chats': [CHAT], 'meta': {'has_more': bool}}
QUOTE = {'id': MESSAGE_ID, 'author_id': int, 'created': int, 'type': TYPE, 'content': dict}
MESSAGE = {'id': MESSAGE_ID, 'author_id': int, 'created': int, 'type': TYPE, 'direction': DIRECTION, 'is_read': bool,
           'read': Maybe(int), 'content': dict, 'quote?': QUOTE}
SENT = {'id': MESSAGE_ID, 'created': int, 'direction': One('out'), 'type': One('text'), 'content': CONTENT['text'], 'author_id?': int}
SENT_IMAGE = {'id': MESSAGE_ID, 'author_id': int, 'created': int, 'direction': One('out'), 'type': One('image'),
              'content': CONTENT['image']}
SUBSCRIPTIONS = {'subscriptions': [{'url': str, 'version': One('3')}]}
EVENT = {'id': UUID, 'version': One('v3.0.0'), 'timestamp': int, 'payload': {'type': One('message'), 'value': {
    'id': MESSAGE_ID, 'chat_id': CHAT_ID, 'user_id': int, 'author_id': int, 'created': int, 'type': TYPE,
    'chat_type': One('u2i', 'u2u', 'a2u'), 'content': dict, 'item_id?': Maybe(int), 'published_at?': RFC3339, 'read?': Maybe(int)}}}

ITEM = {'id': int, 'title': str, 'status': One('active', 'removed', 'old', 'blocked', 'rejected'), 'price': Maybe(float),
        'address': str, 'url': Maybe(URL), 'category': {'id': int, 'name': str}}
ITEMS = {'meta': {'page': int, 'per_page': int}, 'resources': [ITEM]}
ITEM_INFO = {'status': str, 'url?': Maybe(URL), 'start_time?': Maybe(OFFSET_TIME), 'finish_time?': Maybe(OFFSET_TIME),
             'autoload_item_id?': Maybe(str), 'vas?': [{'vas_id': str, 'finish_time': OFFSET_TIME, 'schedule': list}]}
BALANCE = {'real': float, 'bonus': float}
RATING = {'isEnabled': bool, 'rating?': Maybe({'score': float, 'reviewsCount': int, 'reviewsWithScoreCount': int})}
REVIEW = {'id': int, 'score': int, 'stage': One('done', 'fell_through', 'not_agree', 'not_communicate'), 'text': str,
          'createdAt': int, 'usedInScore': bool, 'canAnswer': bool, 'sender?': Maybe({'name': str}),
          'item?': Maybe({'id': int, 'title': str}),
          'images?': [{'number': int, 'sizes': [{'size': re.compile(r'\d+x\d+'), 'url': URL}]}],
          'answer?': Maybe({'id': int, 'text': str, 'status': One('moderation', 'published', 'rejected'), 'createdAt': int,
                            'reject_reasons': list}), 'extraParams?': dict}
REVIEWS = {'total': int, 'reviews': [REVIEW]}
ANSWERED = {'id': int, 'createdAt': int}

ERROR_A = lambda code: {'error': {'code': One(code), 'message': str}}
ERROR_FIELDS = {'error': {'code': One(400), 'message': str, 'fields?': Maybe(Map(r'.+', str))}}
ERROR_B = {'result': {'status?': One(False), 'message': One('access token expired')}}
ERROR_C = {'code': str, 'message': str}
ERROR_D = {'error': {'code': str, 'message': str}}
ERROR_E = {'error': {'code': One(429)}}
ERROR_F = {'error': str, 'error_description?': str}
ERROR_G = {'message': One('no Route matched with those values')}


def chat_faults(chat):
    out = faults(CHAT, chat)
    last = chat.get('last_message')
    return out or (content_faults(last['type'], last['content'], '$.last_message.content') if last else [])


def message_faults(message):
    out = faults(MESSAGE, message)
    if out: return out
    out = content_faults(message['type'], message['content'], '$.content')
    quote = message.get('quote')
    return out + (content_faults(quote['type'], quote['content'], '$.quote.content') if quote else [])


def event_faults(event):
    return faults(EVENT, event) or content_faults(event['payload']['value']['type'], event['payload']['value']['content'], '$.content')
