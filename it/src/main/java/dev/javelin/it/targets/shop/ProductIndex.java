package dev.javelin.it.targets.shop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;

/** The words of the articles, in an index in memory. Any thread. */
final class ProductIndex {
    private static final int MOST = 10;

    private final IndexSearcher searcher;

    /** An article that was found. */
    record Hit(int article, float score) {}

    ProductIndex() throws IOException {
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            for (Catalogue.Article article : Catalogue.articles()) {
                Document document = new Document();
                document.add(new StoredField("article", article.number()));
                document.add(new TextField("text", article.text(), Field.Store.NO));
                writer.addDocument(document);
            }
            writer.forceMerge(1); // one order of the documents, whatever the threads did
        }
        searcher = new IndexSearcher(DirectoryReader.open(directory));
    }

    /** The ten articles that have most of these words. */
    List<Hit> search(String words) throws IOException {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (String word : words.toLowerCase(Locale.ROOT).split(" ", -1)) {
            query.add(new TermQuery(new Term("text", word)), BooleanClause.Occur.SHOULD);
        }
        List<Hit> hits = new ArrayList<>();
        for (ScoreDoc found : searcher.search(query.build(), MOST).scoreDocs) {
            Document document = searcher.storedFields().document(found.doc);
            hits.add(new Hit(document.getField("article").numericValue().intValue(), found.score));
        }
        return hits;
    }
}
