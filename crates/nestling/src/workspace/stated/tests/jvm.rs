use super::stated;

#[test]
fn maven_states_parents_dependencies_plugins_and_bills_of_materials() {
    let root = "<project><groupId>shop</groupId><artifactId>parent</artifactId><packaging>pom</packaging>\n\
                <properties><core.name>core</core.name></properties>\n<modules><module>api</module></modules></project>\n";
    let api = "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
               <parent><groupId>shop</groupId><artifactId>parent</artifactId><version>1</version></parent>\n\
               <artifactId>api</artifactId>\n<dependencies>\n\
               <dependency><groupId>${project.groupId}</groupId><artifactId>${core.name}</artifactId></dependency>\n\
               <!-- <dependency><groupId>shop</groupId><artifactId>unused</artifactId></dependency> -->\n\
               <dependency><groupId>org.example</groupId><artifactId>core</artifactId></dependency>\n\
               </dependencies>\n<profiles><profile><id>x</id><build><plugins>\n\
               <plugin><groupId>shop</groupId><artifactId>plugin</artifactId></plugin>\n\
               </plugins></build></profile></profiles></project>\n";
    let module = |name: &str| {
        format!(
            "<project><parent><groupId>shop</groupId><artifactId>parent</artifactId></parent><artifactId>{name}</artifactId></project>"
        )
    };
    let bom = "<project><groupId>other</groupId><artifactId>uses-bom</artifactId><dependencyManagement><dependencies>\n\
               <dependency><groupId>shop</groupId><artifactId>bom</artifactId><type>pom</type><scope>import</scope></dependency>\n\
               </dependencies></dependencyManagement></project>";
    let (core, plugin, unused, own_bom) = (module("core"), module("plugin"), module("unused"), module("bom"));
    let files = [
        ("build/pom.xml", root),
        ("api/pom.xml", api),
        ("core/pom.xml", &core),
        ("plugin/pom.xml", &plugin),
        ("unused/pom.xml", &unused),
        ("bom/pom.xml", &own_bom),
        ("other/pom.xml", bom),
    ];
    assert_eq!(
        stated("maven", &["build", "api", "core", "plugin", "unused", "bom", "other"], &files),
        [
            "api -> core (api/pom.xml:6)",
            "api -> plugin (api/pom.xml:11)",
            "api: /build/pom.xml (api/pom.xml:3)",
            "bom: /build/pom.xml (bom/pom.xml:1)",
            "core: /build/pom.xml (core/pom.xml:1)",
            "other -> bom (other/pom.xml:2)",
            "plugin: /build/pom.xml (plugin/pom.xml:1)",
            "unused: /build/pom.xml (unused/pom.xml:1)",
        ]
    );
}

#[test]
fn gradle_states_projects_accessors_included_builds_and_applied_scripts() {
    let settings = "pluginManagement { includeBuild(\"build-logic\") }\ninclude(\":api\", \":libs:core\", \":libs:my-money\")\n\
                    include(\":web\")\nproject(\":web\").projectDir = file(\"apps/web\")\n";
    let api = "plugins { id(\"shop\") } // project(\":web\")\ndependencies {\n    implementation(project(\":libs:core\"))\n    \
               testImplementation(testFixtures(projects.libs.myMoney))\n    implementation(\"org.example:web:1\")\n}\n";
    let web = "apply from: \"${rootProject.projectDir}/gradle/web.gradle\"\ndependencies {\n    api project(path: ':libs:core', configuration: 'x')\n    api project(':made:alone')\n}\n";
    let files = [
        ("settings.gradle.kts", settings),
        ("api/build.gradle.kts", api),
        ("apps/web/build.gradle", web),
        ("libs/core/build.gradle.kts", ""),
        ("libs/my-money/build.gradle.kts", ""),
        ("gradle/web.gradle", ""),
        ("build-logic/settings.gradle.kts", ""),
        ("alone/build.gradle.kts", "dependencies { implementation(project(\":libs:core\")) }\n"),
    ];
    let units = ["api", "apps/web", "libs/core", "libs/my-money", "gradle", "build-logic", "alone"];
    assert_eq!(
        stated("gradle", &units, &files),
        [
            "alone -> build-logic (settings.gradle.kts:1)",
            "alone -> libs/core (alone/build.gradle.kts:1)",
            "api -> build-logic (settings.gradle.kts:1)",
            "api -> libs/core (api/build.gradle.kts:3)",
            "api -> libs/my-money (api/build.gradle.kts:4)",
            "apps/web -> alone (apps/web/build.gradle:4)",
            "apps/web -> build-logic (settings.gradle.kts:1)",
            "apps/web -> libs/core (apps/web/build.gradle:3)",
            "apps/web: /gradle/web.gradle (apps/web/build.gradle:1)",
            "gradle -> build-logic (settings.gradle.kts:1)",
            "libs/core -> build-logic (settings.gradle.kts:1)",
            "libs/my-money -> build-logic (settings.gradle.kts:1)",
        ],
        "a directory that no line includes may be included by code: what it names counts"
    );
}
