package br.ipe.engines.elasticsearch.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Writes records to Elasticsearch with _bulk. Index = record topic (route with SMTs), id = record key. */
public class ElasticsearchSinkConnector extends SinkConnector {
  static final ConfigDef CONFIG = new ConfigDef()
      .define("connection.url", Type.LIST, Importance.HIGH, "Elasticsearch base URLs, tried in turn")
      .define("connection.username", Type.STRING, null, Importance.MEDIUM, "basic auth user")
      .define("connection.password", Type.PASSWORD, null, Importance.MEDIUM, "basic auth password")
      .define("batch.size", Type.INT, 1000, Importance.MEDIUM, "documents per bulk request")
      .define("batch.bytes", Type.INT, 5_000_000, Importance.LOW, "bytes per bulk request, approximately")
      .define("key.ignore", Type.BOOLEAN, false, Importance.MEDIUM, "true: id is topic+partition+offset")
      .define("external.version", Type.BOOLEAN, true, Importance.MEDIUM, "version documents by Kafka offset")
      .define("read.timeout.ms", Type.INT, 30_000, Importance.LOW, "bulk request timeout")
      .define("retry.backoff.ms", Type.INT, 1_000, Importance.LOW, "pause before Connect redelivers");

  private Map<String, String> props;

  @Override public String version() { return "1"; }
  @Override public ConfigDef config() { return CONFIG; }
  @Override public Class<? extends Task> taskClass() { return ElasticsearchSinkTask.class; }
  @Override public void start(Map<String, String> p) { props = p; }
  @Override public void stop() { }
  @Override public List<Map<String, String>> taskConfigs(int max) {
    List<Map<String, String>> out = new ArrayList<>();
    for (int i = 0; i < max; i++) out.add(props);
    return out;
  }
}
