%% part reading
  transaction_id = <<transaction_id>>
%% if user
  user_id = <<user_id>>
%% end
%% if amount
  amount = <<amount>>
%% end
%% if reversal
  is_reversal = <<is_reversal>>
%% if other_id
  transaction_id = <<reversed_id>> if is_reversal
%% end
%% if other_user
  user_id = <<reversed_user>> if is_reversal
%% end
%% if other_amount
  amount = <<reversed_amount>> if is_reversal
%% end
%% end
%% part end
# -*- coding: utf-8 -*-
# frozen_string_literal: true

<<heading>>
#
# Start it behind whatever ends TLS for you:
%% if secrets
#   RINGBACK_SECRET=... ruby receiver.rb
%% end
%% if address
#   RINGBACK_ADDRESS=... ruby receiver.rb
%% end
# It listens on 127.0.0.1:8000; PORT=8001 before it chooses another port.
%% if secrets
# RINGBACK_SECRET is the endpoint's secret; while it is being replaced, RINGBACK_SECRET_2 is the other one.
%% end
%% if address
# RINGBACK_ADDRESS is the address that callbacks come from, as the console shows it; several are separated by commas.
# Behind a proxy on this machine it is the last entry of X-Forwarded-For: your proxy must set X-Forwarded-For itself.
%% end

%% if rfc3986
require 'erb'
%% end
%% if post
require 'json'
%% end
%% if secrets
require 'openssl'
%% end
require 'socket'
require 'uri'

%% if secrets
SECRETS = ENV.values_at('RINGBACK_SECRET', 'RINGBACK_SECRET_2').compact.reject(&:empty?)
abort 'Set RINGBACK_SECRET to the secret of the endpoint.' if SECRETS.empty?
%% end
%% if address
ADDRESSES = ENV.fetch('RINGBACK_ADDRESS', '').split(',').map(&:strip).reject(&:empty?)
abort 'Set RINGBACK_ADDRESS to the address that callbacks come from.' if ADDRESSES.empty?
%% end
%% if fresh
TOLERANCE_SECONDS = ENV.fetch('RINGBACK_TOLERANCE_SECONDS', '300').to_i
%% end
LEDGER = ENV.fetch('RINGBACK_LEDGER', 'ringback-ledger.txt')
%% if url
# A signed URL begins as it was sent, whatever a proxy makes of scheme and host.
ORIGIN = <<origin>>
%% end
TURN = Mutex.new
$stdout.sync = true

# YOURS TO WRITE: give the user the reward. Called once for each transaction id.
def credit(transaction_id<<_user>><<_amount>>, values)
  <<meanings>>
  puts ['credit', transaction_id<<_user>><<_amount>>].join("\t")
end

%% if reversal
# YOURS TO WRITE: take it back. The transaction id is that of the completion.
def reverse(transaction_id<<_user>><<_amount>>, values)
  puts ['reverse', transaction_id<<_user>><<_amount>>].join("\t")
end

%% end
# Acts unless it has for this key. With a database: a unique index on the key, in the transaction that credits.
def once(key)
  TURN.synchronize do
    keys = File.exist?(LEDGER) ? File.readlines(LEDGER, chomp: true) : []
    unless keys.include?(key)
      yield
      File.write(LEDGER, "#{key}\n", mode: 'a')
    end
  end
end

# Why a callback is refused.
class Refused < StandardError
  attr_reader :status

  def initialize(status, reason)
    super(reason)
    @status = status
  end
end

%% if get
# Decodes a query. A name that stands twice is refused: which of the two counts, no two languages agree on.
def parameters(query)
  query.split('&').reject(&:empty?).each_with_object({}) do |pair, values|
    name, value = pair.split('=', 2).map { |part| URI.decode_www_form_component(part) }
    raise Refused.new(400, 'a parameter stands twice') if values.key?(name)

    values[name] = value || ''
  end
end

%% end
%% if post
# A field of the body as text; an absent one is empty.
def field(values, *path)
  path.reduce(values) { |value, name| value.is_a?(Hash) ? value[name] : nil }.to_s
end

%% end
%% if whole
# The part of an amount before its point, not rounded.
def whole(amount)
  digits = amount.partition('.').first
  digits == '-0' ? '0' : digits
end

%% end
%% if form
def encode(text)
  URI.encode_www_form_component(text).gsub('*', '%2A')
end

%% end
%% if rfc3986
def encode(text)
  ERB::Util.url_encode(text)
end

%% end
%% if signed
def sign(secret, text)
%% if decoded_key
  # The key is what follows the prefix, decoded.
  key = secret.delete_prefix(<<key_prefix>>).unpack1('m0')
  digest = OpenSSL::HMAC.digest(<<algorithm>>, key, text)
%% end
%% if keyed
%% unless decoded_key
  digest = OpenSSL::HMAC.digest(<<algorithm>>, secret, text)
%% end
%% end
%% if unkeyed
  digest = OpenSSL::Digest.digest(<<algorithm>>, text)
%% end
%% if hex
  digest.unpack1('H*')
%% end
%% if base64
  [digest].pack('m0')
%% end
%% if base64url
  [digest].pack('m0').tr('+/', '-_').delete('=')
%% end
end

%% end
# Takes a callback in; answers status and body. The target is path and query, exactly as they arrived.
def receive(method, target, headers, body<<_address>>)
  raise Refused.new(405, 'not a <<method>>') unless method == '<<method>>'
%% if address
  raise Refused.new(403, 'not an address that callbacks come from') unless ADDRESSES.include?(address)
%% end
%% if get

%% if path or uses_path
  path = target.partition('?').first
%% end
  values = parameters(target.partition('?').last)
%% end
%% if path
%% if query_apart
  # What stands in the path is not among the signed pairs.
  in_query = values.dup
%% end
  <<paths>>.each do |pattern, names|
    next unless (found = pattern.match(path))

    names.zip(found.captures) { |name, part| values[name] = URI.decode_www_form_component(part.gsub('+', '%2B')) }
    break
  end
%% end
%% if get
%% use reading
%% end
%% if last
  # The signature is the last parameter: what stands before it is signed, and nothing may follow.
  found = <<last_regex>>.match(target)
  raise Refused.new(401, 'no signature') unless found

%% if url or raw_query
  before = found[1]
%% end
  claimed = [values.delete(<<signature_name>>)]
%% if query_apart
  in_query.delete(<<signature_name>>)
%% end
%% end
%% if parameter
  claimed = [values.delete(<<signature_name>>).to_s]
%% if query_apart
  in_query.delete(<<signature_name>>)
%% end
%% end
%% if header
%% if url or raw_query
  before = target
%% end
%% unless wrapped
%% unless several
  claimed = [<<claimed>>]
%% end
%% end
%% if wrapped
  found = <<whole_regex>>.match(<<claimed>>)
  raise Refused.new(401, 'no signature') unless found

%% unless several
  claimed = [found[<<signature_group>>]]
%% end
%% end
%% if several
  # Several, while a secret is being replaced.
%% if wrapped
  parts = found[<<signature_group>>].split(<<join>>)
%% end
%% unless wrapped
  parts = <<claimed>>.split(<<join>>)
%% end
  claimed = parts.filter_map { |part| part[<<each_regex>>, 1] }
%% end
%% end
%% if time_wrapped
  timestamp = found[<<time_group>>]
%% end
%% if time_header
  timestamp = <<time_header>>
%% end
%% if signed
  rights = SECRETS.map do |secret|
%% if other_text
    text = if is_reversal
             <<reversed_text>>
           else
             <<text>>
           end
    sign(secret, text)
%% end
%% unless other_text
    sign(secret, <<text>>)
%% end
  end
  is_right = rights.product(claimed).any? { |right, one| OpenSSL.secure_compare(right, one) }
  raise Refused.new(401, 'wrong signature') unless is_right

%% end
%% if secret
  is_right = SECRETS.any? { |secret| OpenSSL.secure_compare(secret, <<claimed>>) }
  raise Refused.new(401, 'wrong secret') unless is_right

%% end
%% if post
%% if numbers
  # Amounts stay the digits that were sent: outside of texts, a number becomes one.
  values = JSON.parse(body.gsub(/("(?:[^"\\]|\\.)*")|-?\d[\d.eE+-]*/) { Regexp.last_match(1) || "\"#{Regexp.last_match(0)}\"" })
%% end
%% unless numbers
  values = JSON.parse(body)
%% end
%% use reading
%% end
%% if fresh
  # A captured callback must not be played back later.
  instant = Integer(<<instant>>, 10, exception: false)
%% if milliseconds
  is_stale = instant.nil? || (Time.now.to_f - instant / 1000.0).abs > TOLERANCE_SECONDS
%% end
%% unless milliseconds
  is_stale = instant.nil? || (Time.now.to_f - instant).abs > TOLERANCE_SECONDS
%% end
  raise Refused.new(401, 'stale timestamp') if is_stale
%% end
  raise Refused.new(400, 'no transaction id') if transaction_id.empty?

  told = [<<completion>><<_user>><<_amount>>, values]
  if told.first.start_with?('test-')
    puts "test\t#{transaction_id}"
%% if reversal
  elsif is_reversal
    once("reverse\t#{<<told_apart_by>>}") { reverse(*told) }
%% end
  else
    once("credit\t#{transaction_id}") { credit(*told) }
  end
  [<<status>>, <<answer>>]
end

%% if address
# The address that a callback comes from: the caller itself, or what a proxy on this machine passes on.
def caller_of(client, headers)
  peer = client.remote_address.ip_address.delete_prefix('::ffff:')
  return peer unless peer == '::1' || peer.start_with?('127.')

  headers.fetch('x-forwarded-for', peer).rpartition(',').last.strip
end

%% end
# Reads one request and answers it; in Rack or Rails, call receive with what they give.
def serve(client)
  method, target = (client.gets || +'').force_encoding(Encoding::UTF_8).split
  headers = Hash.new('')
  while (line = client.gets&.chomp) && !line.empty?
    name, value = line.split(':', 2)
    headers[name.downcase] = value.to_s.strip
  end
  length = headers.fetch('content-length', '0')
  raise Refused.new(400, 'no length') unless length.match?(/\A[0-9]+\z/)
  raise Refused.new(413, 'too long') if length.to_i > 1_000_000

  body = (client.read(length.to_i) || +'').force_encoding(Encoding::UTF_8)
%% if address
  address = caller_of(client, headers)
%% end
  receive(method, target, headers, body<<_address>>)
rescue Refused => e
%% unless secret
  # A line that can be pasted into Ringback's doctor.
  warn "refused #{e.status} #{e.message} #{method} #{target}"
%% end
  [e.status, e.message]
rescue StandardError => e
  # Whatever fails here: the callback comes again.
  warn "failed: #{e.message}"
  [500, 'failed']
end

server = TCPServer.new('127.0.0.1', ENV.fetch('PORT', '8000').to_i)
puts "listening on 127.0.0.1:#{server.addr[1]}"
loop do
  Thread.new(server.accept) do |client|
    status, answer = serve(client)
    client.write "HTTP/1.1 #{status} #{status == <<status>> ? 'OK' : 'Refused'}\r\n" \
                 "Content-Type: text/plain; charset=utf-8\r\n" \
                 "Content-Length: #{answer.bytesize}\r\nConnection: close\r\n\r\n#{answer}"
  ensure
    client.close
  end
end
