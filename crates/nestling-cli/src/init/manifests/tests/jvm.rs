//! Builds for the Java virtual machine.

use super::check;

#[test]
fn maven() {
    let modules = |names: &str| format!("<project><modules>{names}</modules></project>");
    let profile = |activation: &str| {
        format!(
            "<project><profiles><profile><id>it</id>{activation}<modules><module>b</module></modules></profile></profiles></project>"
        )
    };
    let (plain, gone, file) = (
        modules("<module>b</module>"),
        modules("<module>b</module><module>gone</module>"),
        modules("<module>b/other.xml</module>"),
    );
    let (by_option, by_itself) =
        (profile(""), profile("<activation><activeByDefault>true</activeByDefault></activation>"));
    let b = ("a/b/pom.xml", "<project/>");
    let build = "mvn --batch-mode --projects b --also-make verify";
    check(&[
        (build, &[("a/pom.xml", &plain), b], None),
        (build, &[("a/pom.xml", &gone), b], Some("the module `gone` of a/pom.xml")),
        ("sh $CI_PROJECT_DIR/a/mvnw verify", &[("a/pom.xml", &gone), b], Some("the module `gone`")),
        (build, &[("a/pom.xml", "<project/>"), b], Some("a/b among the modules of a/pom.xml")),
        ("mvn verify", &[("a/pom.xml", &file), ("a/b/other.xml", "<project/>")], None),
        (build, &[("a/pom.xml", &by_option), b], Some("the profile `it` of a/pom.xml, without which a/b")),
        ("mvn verify", &[("a/pom.xml", &by_option)], None),
        (build, &[("a/pom.xml", &by_itself), b], None),
        (build, &[("a/pom.xml", &by_option), b, ("a/.mvn/maven.config", "-Pit\n")], None),
    ]);
}

#[test]
fn android() {
    let settings = ("a/settings.gradle", "include ':app'\n");
    check(&[
        ("gradle check", &[settings, ("a/app/build.gradle", "plugins { id 'java' }\n")], None),
        (
            "gradle check",
            &[settings, ("a/app/build.gradle", "apply plugin: 'com.android.library'\n")],
            Some("an SDK of Android"),
        ),
        (
            "gradle check",
            &[settings, ("a/build.gradle", "id 'com.android.library' version '8' apply false\n")],
            None,
        ),
        (
            "sh $CI_PROJECT_DIR/a/gradlew check",
            &[settings, ("a/app/build.gradle.kts", "alias(libs.plugins.android.application)\n")],
            Some("an SDK of Android"),
        ),
        // The settings do not include it.
        ("gradle check", &[settings, ("a/mobile/build.gradle", "id 'com.android.library'\n")], None),
        (
            "gradle check",
            &[settings, ("a/gradle/mobile.gradle", "apply plugin: 'com.android.library'\n")],
            Some("an SDK of Android"),
        ),
        (
            "gradle check",
            &[
                settings,
                ("a/sample/settings.gradle", ""),
                ("a/sample/build.gradle", "id 'com.android.library'\n"),
            ],
            None,
        ),
    ]);
}
