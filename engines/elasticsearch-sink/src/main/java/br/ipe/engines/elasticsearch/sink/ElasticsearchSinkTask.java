package br.ipe.engines.elasticsearch.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** put() returns only once every record is indexed, dead-lettered or superseded, so offsets are never ahead. */
public class ElasticsearchSinkTask extends SinkTask {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final JsonConverter converter = new JsonConverter();
  private AbstractConfig cfg;
  private List<String> urls;
  private int urlAt;
  private String auth;
  private HttpClient http;
  private ErrantRecordReporter errant;
  private final Map<SinkRecord, Exception> rejected = new LinkedHashMap<>();

  @Override public String version() { return "1"; }

  @Override public void start(Map<String, String> props) {
    cfg = new AbstractConfig(ElasticsearchSinkConnector.CONFIG, props, false);
    urls = cfg.getList("connection.url");
    if (cfg.getString("connection.username") != null) {
      String pair = cfg.getString("connection.username") + ":" + cfg.getPassword("connection.password").value();
      auth = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    converter.configure(Map.of("schemas.enable", "false"), false);
    try { errant = context.errantRecordReporter(); } catch (NoSuchMethodError | NoClassDefFoundError e) { errant = null; }
  }

  @Override public void stop() { }

  @Override public void put(Collection<SinkRecord> records) {
    rejected.clear();
    int maxDocs = cfg.getInt("batch.size"), maxBytes = cfg.getInt("batch.bytes");
    List<SinkRecord> batch = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (SinkRecord r : records) {
      byte[] lines;
      try { lines = encode(r); } catch (DataException | IOException e) { reject(r, e); continue; }
      if (lines == null) continue;
      body.writeBytes(lines);
      batch.add(r);
      if (batch.size() >= maxDocs || body.size() >= maxBytes) { send(batch, body.toByteArray()); batch = new ArrayList<>(); body.reset(); }
    }
    if (!batch.isEmpty()) send(batch, body.toByteArray());
    // reported only when the whole put has succeeded: a redelivered put must not dead-letter a record twice
    if (errant != null) rejected.forEach(errant::report);
  }

  private byte[] encode(SinkRecord r) throws IOException {
    boolean ignoreKey = cfg.getBoolean("key.ignore");
    if (r.value() == null && ignoreKey) return null;
    String id = ignoreKey ? r.originalTopic() + "+" + r.originalKafkaPartition() + "+" + r.originalKafkaOffset() : String.valueOf(r.key());
    if (!ignoreKey && (r.key() == null || id.isEmpty())) throw new DataException("record has no key to use as document id");
    if (id.getBytes(StandardCharsets.UTF_8).length > 512) throw new DataException("document id longer than 512 bytes");
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("_index", r.topic().toLowerCase(Locale.ROOT));
    meta.put("_id", id);
    if (!ignoreKey && cfg.getBoolean("external.version")) { meta.put("version", r.originalKafkaOffset()); meta.put("version_type", "external"); }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(JSON.writeValueAsBytes(Map.of(r.value() == null ? "delete" : "index", meta)));
    out.write('\n');
    if (r.value() != null) {
      byte[] doc = converter.fromConnectData(r.topic(), r.valueSchema(), r.value());
      if (doc.length == 0 || doc[0] != '{') throw new DataException("record value is not a JSON object");
      out.writeBytes(doc);
      out.write('\n');
    }
    return out.toByteArray();
  }

  private void send(List<SinkRecord> batch, byte[] body) {
    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(urls.get(urlAt) + "/_bulk?filter_path=errors,items.*.status,items.*.error"))
        .timeout(Duration.ofMillis(cfg.getInt("read.timeout.ms")))
        .header("Content-Type", "application/x-ndjson")
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (auth != null) b.header("Authorization", auth);
    HttpResponse<byte[]> res;
    try { res = http.send(b.build(), HttpResponse.BodyHandlers.ofByteArray()); }
    catch (IOException e) { urlAt = (urlAt + 1) % urls.size(); throw again("bulk request failed: " + e); }
    catch (InterruptedException e) { Thread.currentThread().interrupt(); throw again("interrupted"); }
    int st = res.statusCode();
    if (st == 429 || st >= 500) throw again("bulk answered " + st);
    if (st != 200) throw new ConnectException("bulk answered " + st + ": " + head(res.body()));
    JsonNode root;
    try { root = JSON.readTree(res.body()); } catch (IOException e) { throw again("unreadable bulk answer: " + e); }
    if (!root.path("errors").asBoolean()) return;
    int busy = 0;
    JsonNode items = root.path("items");
    for (JsonNode it : items) { int s = it.elements().next().path("status").asInt(); if (s == 429 || s >= 500) busy++; }
    if (busy > 0) throw again(busy + " of " + batch.size() + " documents refused for now");
    for (int i = 0; i < items.size(); i++) {
      JsonNode it = items.get(i).elements().next();
      int s = it.path("status").asInt();
      if (s < 300 || s == 409 || s == 404) continue; // 409: same or newer version is there; 404: delete of nothing
      reject(batch.get(i), new DataException("Elasticsearch refused the document (" + s + "): " + head(it.path("error").toString().getBytes(StandardCharsets.UTF_8))));
    }
  }

  private RetriableException again(String why) {
    context.timeout(cfg.getInt("retry.backoff.ms"));
    return new RetriableException(why);
  }

  private void reject(SinkRecord r, Exception why) {
    if (errant == null) throw new ConnectException("bad record at " + r.originalTopic() + "-" + r.originalKafkaPartition() + "@" + r.originalKafkaOffset(), why);
    rejected.put(r, why);
  }

  private static String head(byte[] b) { String s = new String(b, StandardCharsets.UTF_8); return s.length() > 500 ? s.substring(0, 500) : s; }
}
