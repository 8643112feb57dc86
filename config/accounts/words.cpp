#include "config/accounts/words.hpp"

#include <algorithm>
#include <vector>

#include "protocol/core/assert.hpp"

namespace klassenraum::accounts {
namespace {

// Birds and trees whose names need no umlaut.
constexpr char kNames[] =
    "adler ahorn amsel birke buche bussard dohle drossel eibe eiche eisvogel elster erle esche espe eule falke "
    "fasan fichte fink ginkgo habicht hasel holunder ibis kastanie kauz kiebitz kiefer kleiber kolibri kranich "
    "kuckuck lerche linde meise milan mispel nachtigall olive palme pappel pelikan pinie pirol platane quitte "
    "reiher robinie schwalbe schwan sperling star stelze storch tanne taube ulme wachtel weide wiedehopf zeder "
    "zeisig zirbe zypresse ";

// Words that can be read to a class and typed on any keyboard: no umlauts, no insults, nothing that frightens. Two of
// them and two digits make more than 28 bits; a test counts.
constexpr char kWords[] =
    "amsel adler albatros ara bussard dohle drossel eisvogel elster ente eule falke fasan fink flamingo habicht "
    "hahn henne ibis kakadu kanari kauz kiebitz kleiber kolibri kondor kormoran kranich kuckuck lerche meise "
    "merlin milan nandu papagei pelikan pfau pinguin pirol rabe reiher rohrdommel rotkehlchen schwalbe schwan "
    "seeadler sittich specht sperling spatz star stelze storch taube tukan uhu wachtel waldkauz wiedehopf zeisig "
    "alpaka ameise antilope biber biene bison dachs delfin dingo dromedar eichhorn eidechse elch faultier "
    "feldhase fischotter fohlen forelle frettchen frosch fuchs gazelle gecko gepard giraffe grille grashalm gnu "
    "hamster hase hecht hermelin hirsch hummel hummer hund igel iltis insekt jaguar kabeljau karpfen kater katze "
    "koala koralle krabbe krokodil lachs lama lamm languste leguan lemur leopard libelle luchs makrele mammut "
    "mammutbaum marder maulwurf maus motte mungo murmeltier muschel nashorn okapi orka otter ozelot panda panther "
    "pavian pferd pony puma raupe reh rentier rochen salamander sardine schaf schnecke seehund seeigel seestern "
    "tapir tiger tintenfisch thunfisch wiesel wisent wombat yak zebra zobel ahorn akazie apfelbaum birke birnbaum "
    "buche buchsbaum douglasie eberesche efeu eibe eiche erle esche espe fichte flieder ginkgo hasel holunder "
    "kastanie kiefer kirschbaum linde mispel olive palme pappel pinie platane robinie tanne thuja ulme wacholder "
    "walnuss weide zeder zypresse akelei alge anemone aster begonie blume blatt borke dahlie distel enzian farn "
    "fuchsie ginster gladiole gras halm hecke heide hibiskus hortensie hyazinthe iris jasmin kaktus kamille "
    "kapuziner klee klette knospe kornblume krokus lavendel lilie lotus magnolie malve margerite minze mohn moos "
    "narzisse nelke orchidee petunie pfingstrose primel ranke ranunkel rose rosmarin salbei schilf seerose "
    "sonnenblume stamm staude strauch thymian tulpe veilchen wurzel zinnie zweig ananas apfel aprikose avocado "
    "banane beere birne brombeere clementine cranberry dattel erdbeere granatapfel grapefruit guave hagebutte "
    "heidelbeere himbeere kirsche kiwi kokosnuss kumquat limette litschi mandarine mango maracuja marille melone "
    "mirabelle nektarine papaya pfirsich pomelo quitte rhabarber rosine sanddorn satsuma traube zitrone zwetschge "
    "artischocke aubergine bambus basilikum blumenkohl bohne brokkoli champignon chicoree dill endivie erbse "
    "estragon fenchel gurke ingwer karotte kartoffel kerbel knolle kohl kohlrabi koriander kresse kurkuma lauch "
    "linse mais mangold melisse morchel oregano paprika pastinake petersilie pfifferling pilz porree radieschen "
    "rettich rotkohl rucola salat schalotte sellerie sesam spargel spinat steinpilz tomate topinambur wirsing "
    "zucchini zuckermais zwiebel auflauf bonbon bretzel brezel brot brotzeit burger butter butterbrot creme "
    "dessert dinkel eintopf eis eiscreme eiswaffel fladen flocken frikadelle gelee gericht gerste gulasch hafer "
    "honig jause joghurt kakao kaffee karamell keks ketchup klops kompott konfekt krapfen kruste kuchen lakritz "
    "lasagne lebkuchen limonade mandel marmelade marzipan mehl milch muffin nachtisch nougat nudel nuss obst "
    "omelett pancake pasta pastete pesto pfannkuchen pizza pommes popcorn praline pudding puffer quark ragout "
    "ravioli reis risotto roggen saft salami sandwich sauerkraut schnitzel schokolade semmel senf sirup sorbet "
    "spaghetti speise stollen streusel strudel stulle suppe tee teig toast torte tunke vanille vesper waffel "
    "weizen zimt zucker zwieback becher besen besteck bottich bowle brett couch deckel decke diele dose eimer "
    "etui fass fenster flur fliese gabel garage garderobe garten geschirr gitter glas glocke griff hammer haken "
    "handtuch haus herd hocker kachel kamin kamm kanne karaffe kelle keller kerze kessel kiste kissen klammer "
    "klinke koffer kommode korb krug lampe laterne leiter leuchte liege lupe matte messbecher nadel napf ofen "
    "paket pfanne pinsel polster quirl rahmen regal rolle sack schachtel schale schaukel scheune schirm schloss "
    "schrank schublade schwamm seife sessel sieb sofa spiegel spind stall stuhl tablett tasche tasse teller "
    "teppich terrasse tisch topf treppe truhe tuch tulpenbeet uhr vase veranda vitrine vorhang waage wand wanne "
    "wecker wiege wippe zange zelt zimmer zuber anspitzer aufgabe aufsatz ausweis bild bleistift block brief buch "
    "diktat dreieck drucker feder federmappe filzstift fibel folie formel geodreieck globus heft hefter klebstoff "
    "klasse kleister knete kreide kreis kugel kurve kurs landkarte lehrbuch leim leser lexikon lineal linie "
    "lernen locher malkasten mappe marker mathe notiz ordner papier pause pausenbrot plakat pult punkt quadrat "
    "quiz radiergummi ranzen raster raute rechnung rechteck roman rucksack satz schere schule schrift seite "
    "skizze stempel stift strich stunde stundenplan tabelle tafel taschenbuch text thema tinte turnbeutel vokabel "
    "wimpel winkel wissen wort zahl zeichnung zeile zettel ziffer zirkel akkord akkordeon alphorn ballade bass "
    "bratsche cello cembalo chor dirigent dudelsack duo fagott fanfare flamenco geige gesang gitarre gong harfe "
    "hymne jazz kantate kanon kastagnette keyboard klang klarinette klavier kontrabass konzert laute lied lyra "
    "mandoline marimba marsch melodie metronom musik note oktave oper orchester orgel partitur pauke piano polka "
    "posaune quartett quintett rassel refrain rhythmus rondo sang saxofon schlagzeug serenade solo sonate strophe "
    "symphonie takt tamburin tango tanz tenor ton triangel trio trommel trompete tuba ukulele ventilhorn viola "
    "violine waldhorn walzer xylofon zither anlauf anpfiff badminton ball ballett barren basketball billard bogen "
    "boule bowling curling diskus dressur eishockey eislauf eistanz endlauf fahrrad fechten federball finale "
    "frisbee galopp gehen golf gymnastik halle handball hantel hockey inliner judo kanu karate kajak kegel "
    "klettern krocket lauf liga marathon mannschaft medaille minigolf netz paddel pfeife pokal polo rad reifen "
    "reiten rennen rodeln rollbrett ruder rudern rugby saison sattel schlitten schwimmen segel segeln skat ski "
    "slalom spiel sport sprint stadion staffel start surfen tennis torwart training trampolin trikot turnen "
    "turnier volleyball wandern weitsprung wettlauf yoga ziel abhang acker alm alpen aue bach berg bucht burg "
    "dorf damm deich ebene eiland erde feld fels ferne fjord fluss furt gebirge geysir gipfel gletscher graben "
    "grotte hafen hain halbinsel hang haff heideland himmel hochland hof horizont insel kanal kap karst kontinent "
    "lagune land lehm lichtung meer moor mulde oase ozean park pfad plateau polder quelle riff rinne sand savanne "
    "schlucht see strand steg stein steppe strom sumpf tal teich tiefebene tundra ufer urwald vulkan wald "
    "wasserfall watt weiher weiler wiese wildbach wipfel wolke abend abendrot advent april august blitz brise "
    "dampf dunst dezember donner donnerstag eiszapfen februar ferien fest flocke freitag frost gewitter glut "
    "hagel herbst hitze jahr jahrzehnt januar juli juni jubel komet luft mai mars merkur meteor mitternacht "
    "mittwoch mittag monat mond mondschein montag morgen nacht nachmittag nebel neptun neumond nordlicht nordwind "
    "november oktober orkan ostern passat planet polarlicht raureif regen regenbogen samstag saturn schatten "
    "schein schnee schneeball schneemann september sommer sonne sonntag sonnabend stern sternbild sturm tag tau "
    "tauwetter uranus venus vollmond vormittag weltall wetter wind windstille winter woche zeit allee ampel anker "
    "auto autobahn bahn bahnhof bahnsteig ballon bagger bank barke bibliothek boje boot brunnen bude bus cafe "
    "container denkmal dom draht draisine drachen dreirad eisenbahn fabrik fahrplan fahrt fernsehturm feuerwehr "
    "flotte flugzeug flughafen fracht gasse gehweg gleis gondel gymnasium haltestelle hotel jacht jolle kabine "
    "kapelle karre karussell kiosk kino kirche kirchturm klinik kogge kombi kompass kran kreisel kreuzung kurier "
    "kutsche kutter laden lastwagen leuchtturm linienbus lokomotive luftschiff markt mast metro mole moped motor "
    "museum oberdeck palast parkplatz passage pavillon pier planetarium platz post promenade rakete rampe rathaus "
    "roller rutsche schiene schiff schleuse schlepper schranke schwebebahn seilbahn signal silo spielplatz stadt "
    "stadtpark stapel station tandem tankstelle taxi theater tor traktor tram transport tresor tunnel turm "
    "umleitung viadukt villa wagen waggon wegweiser werft werkstatt wohnung zentrum zirkus zoo zug anorak anzug "
    "armband barett bluse brille brosche fell filz flicken frack gamasche halstuch handschuh hemd hose hut jacke "
    "jeans kapuze kette kittel kleid knopf kragen krawatte latzhose leder leinen loden mantel mode muster overall "
    "parka perle perlenkette poncho pulli pullover pumphose ring robe rock sandale samt schal schleife schuh "
    "schlips seide socke sombrero stiefel strickjacke sweater trachtenhut turnschuh tunika umhang weste wolle "
    "zipfel zopf zylinder amboss antenne apparat axt batterie bauklotz blende bohrer bolzen brennglas chip "
    "computer datei diamant edelstein eisen elektron energie feile fernglas fernrohr film flaschenzug foto "
    "gewinde gips gold granit gummi hebel hobel holz jade kabel kamera karton kasten kristall kupfer kurbel labor "
    "laser leine leiste lot magnet marmor maschine messing metall mikrofon mikroskop mosaik nagel nickel nylon "
    "opal pappe pendel pinzette platin plastik porzellan prisma pumpe puzzle quarz quader radar radio regler "
    "riegel roboter rubin saphir satellit schalter scharnier schaufel scheibe schieber schlauch schmirgel schnur "
    "schraube schwungrad sensor silber smaragd sonde spaten spule stahl stativ steckdose stecker stoppuhr tablet "
    "taste tastatur telefon teleskop thermometer tonne topas turbine ventil walze werkzeug zahnrad zement ziegel "
    "zink zinn zollstock architekt artist astronaut bauer baumeister botaniker detektiv dichter erfinder fischer "
    "flieger forscher gaukler geiger glaser goldschmied graf hirte imker ingenieur kaiser koch kobold lehrer "
    "lotse magier maler matrose maurer meister musiker nachbar pilot pirat postbote prinz prinzessin professor "
    "reiter ritter schaffner schneider schreiner schuster seemann segler spielmann taucher tischler trommler "
    "wanderer winzer zauberer zeichner abenteuer akademie album alphabet antwort applaus archiv arena atlas "
    "ausblick ausflug ausweg auswahl balance beispiel besuch bewegung bonus botschaft brauch dank datum dialog "
    "dorffest echo ehre eifer einfall einladung entdecker erfolg ergebnis erinnerung expedition fabel fantasie "
    "farbe figur flagge form frage freiheit freude freund freundin friede fund galerie geburtstag gedanke gedicht "
    "geduld geheimnis geist geschenk geschichte gewinn glanz gleichnis haltung harmonie heimat heiterkeit hilfe "
    "hobby hoffnung humor idee impuls interesse jahrmarkt kalender karneval kapitel klarheit kontakt kraft kunst "
    "laune leben legende licht lob logik mission mitte moment motto mut mythe nachricht name natur neugier "
    "ordnung panorama parade phase picknick plan planspiel portrait preis premiere programm projekt rat reim "
    "reise rekord respekt rezept richtung ruhe runde safari sage schatz schauspiel schwung serie sinn skulptur "
    "spirale spur stille stimme stoff symbol szene talent tempo toleranz traum treffen treue trick tipp triumph "
    "tugend umweg urlaub verein vers vertrauen vision vorfreude vorrat vorteil wahl weg welle welt werk wette "
    "wunder wunsch zauber zeichen zukunft zufall zuversicht zusage achtsam aktiv angenehm artig bedacht beliebt "
    "bequem bereit bescheiden bewegt blau brav bunt charmant dankbar echt ehrlich eifrig einfach einig elegant "
    "emsig entspannt erfreut ernsthaft fair fein fertig festlich findig fit flink flott frei freundlich friedlich "
    "frisch froh gelassen gelb gemeinsam genau gerade geschickt gespannt gesund gewandt glatt gleich golden "
    "grandios grau gut handlich harmlos heiter hell herzlich hilfreich himmelblau hoch hurtig jung kariert keck "
    "klar klein klug knackig knusprig kostbar kurz lang langsam laut lebendig lebhaft lecker leicht leise lieb "
    "liebevoll lila locker lustig mild milde modern munter mutig nah nett neu neugierig nobel normal offen "
    "ordentlich perfekt prachtvoll praktisch prima prompt quirlig rar rasch reif rein richtig riesig robust rosa "
    "rot ruhig rund sacht sanft sauber schlau schlicht schnell schwungvoll silbern sonnig sorgsam spannend "
    "spontan stabil stark stattlich stetig stolz tapfer tief toll treu trocken uralt vertraut violett voll wach "
    "wacker wahr warm weich weise weit wendig wertvoll wichtig wild witzig wohl wolkenlos zackig zart zeitlos "
    "zierlich zufrieden zutraulich angeln antworten atmen backen baden basteln bauen beginnen blinken brummen "
    "bummeln danken denken dichten drehen duften eilen ernten fahren falten fangen faulenzen feiern finden "
    "fliegen fragen freuen funkeln geben gedeihen gewinnen glauben gleiten glitzern heben heilen helfen hoffen "
    "holen hopsen jonglieren jubeln kaufen kichern klatschen kleben klingen kneten knipsen knobeln kochen kommen "
    "kosten lachen laufen lauschen lesen leuchten loben malen merken messen mischen nehmen nennen nicken ordnen "
    "packen paddeln pfeifen pflanzen planen plaudern pusten putzen quaken raten raunen rechnen reden reimen "
    "reisen rollen rufen ruhen rutschen sagen sammeln schauen schaukeln schenken schieben schmecken schmunzeln "
    "schnitzen schnuppern schnurren schreiben schweben schwingen sehen singen sitzen spielen sprechen springen "
    "staunen stehen steigen stricken strahlen studieren suchen summen tanzen tasten tauchen teilen toben traben "
    "tragen trinken trommeln verstehen wachsen warten waschen weben wecken werken wickeln winken wippen wohnen "
    "zahlen zeichnen zeigen zelten ziehen zielen zwitschern acht achtzig drei dutzend eins elf hundert neun "
    "neunzig null sechs sieben siebzig tausend vier vierzig zehn zwanzig zwei anis atoll aquarium backblech "
    "backofen badesee balkon bambusrohr band bast baumhaus baumkrone bauernhof beet bergsee bernstein birkenblatt "
    "biskuit blaubeere blaulicht blaumeise blecheimer blumenbeet blumentopf blumenwiese bootssteg brause "
    "brettspiel briefkasten briefmarke brotkorb brunnenrand buchfink buntspecht buntstift campen chronik "
    "distelfink domino dompfaff dreiklang drehorgel eichel eichenblatt eierbecher eisberg eisblume eisscholle "
    "erdnuss erdreich fahne fahrradweg farbkasten farbtopf federbett federkiel feldweg ferienhaus fernweh "
    "fichtenwald fingerhut fischernetz fischteich flaggenmast flohmarkt flugdrachen flussufer frachter fruchteis "
    "fruchtsaft fuchsbau futternapf gartenhaus gartentor gartenzaun gasthaus glasmurmel glasperle glockenturm "
    "goldfisch goldregen grasfrosch graugans gummiball haferbrei hafenstadt halbmond hampelmann handpuppe "
    "handstand haselmaus haselnuss hausboot haustier heidekraut heissluft heuballen heuhaufen hobelbank holzbank "
    "holzofen holzpferd holzschuh honigbiene honigbrot honigmelone hufeisen igelnest imbiss jagdhorn kaffeekanne "
    "kahn kaleidoskop kaminfeuer kandis kaninchen kartenspiel kastenbrot katamaran kerzenlicht kieselstein "
    "kinderbuch kirschkern kletterbaum kleeblatt klingel kofferraum kohlmeise konfetti kopfball kopfkissen "
    "kopfstand kornfeld kranz kuckucksuhr kugelfisch kunstwerk kuscheltier laubfrosch laubbaum laubhaufen "
    "laubwald leckerei lesezeichen liegestuhl lindenblatt luftballon luftpost lupine maibaum malbuch mandelkern "
    "milchkanne milchreis mistel mittsommer mohnblume mondlicht mooskissen moospolster morgenrot morgentau murmel "
    "nachtfalter nachthimmel nachtigall nadelbaum nadelwald nikolaus nordpol nordsee nordstern notenblatt "
    "nussbaum nussknacker obstgarten obstkorb obstsalat ofenrohr ohrensessel osterei osterhase ostsee paddelboot "
    "parkbank pelzkappe perlmutt pferdestall pilzsuppe pinnwand polarfuchs polarstern postkarte puderzucker "
    "puppenhaus pusteblume puppe puppenspiel radtour rasen rasenball regenmantel regenschirm regentonne reiskorn "
    "rennrad rentierfell riesenrad rindenboot ringelblume ritterburg rosenbeet rosengarten rosenkohl rotbuche "
    "rotfuchs ruderboot sahne sandbank sandburg sandkasten sanduhr schach schachbrett schaffell schatzkarte "
    "schatzkiste schaumbad schilfrohr schlafsack schmuck schneefall schneehase schneeeule schnellzug schwarzwald "
    "seebad seefahrt seegras seehase seeluft seepferd seerobbe segelboot segelschiff seidenband seifenblase "
    "seiltanz silberfuchs silbermond sitzkissen skifahrt sommerfest sommerwind sonnenhut sonnenuhr spazierweg "
    "speicher spieluhr spinnrad stadtmauer stadttor steinadler steinbock steinkauz stickerei stockbrot strandkorb "
    "strohhalm strohhut strohstern tannenbaum tannennadel tapete tauchboot teekanne teddy teelicht tiegel "
    "tierpark tintenfass topflappen torbogen traubensaft tretboot treibholz tropfen turmfalke turmuhr uferweg "
    "vogelfeder vogelhaus vogelnest waldbeere waldmeister waldrand waldweg wanderkarte wanderschuh wandertag "
    "wanduhr waschbrett wasserball wasserrad weidenkorb weltkarte weltreise weizenfeld wellenbad wiesenblume "
    "windrad windspiel wintertag wollschal wollsocke zaunpfahl zebrafink zeltlager zeltplatz ziegenbock zimtstern "
    "zitroneneis zopfband zuckerguss zuckerwatte zugvogel ";

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        words.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return words;
}

const std::vector<std::string_view>& names() {
    static const std::vector<std::string_view> list = split(kNames);
    return list;
}

const std::vector<std::string_view>& words() {
    static const std::vector<std::string_view> list = split(kWords);
    return list;
}

std::string_view draw(const std::vector<std::string_view>& list, Entropy& entropy) {
    return list[entropy.below(static_cast<std::uint32_t>(list.size()))];
}

}  // namespace

std::string generate_name(Entropy& entropy) {
    std::string name(draw(names(), entropy));
    return name.append("-").append(std::to_string(2 + entropy.below(98)));
}

std::string generate_password(Entropy& entropy) {
    std::string password(draw(words(), entropy));
    password.append("-").append(draw(words(), entropy)).append("-");
    password += static_cast<char>('0' + entropy.below(10));
    password += static_cast<char>('0' + entropy.below(10));
    return password;
}

bool is_bundled_name(std::string_view word) {
    return std::find(names().begin(), names().end(), word) != names().end();
}

std::size_t password_words() {
    return words().size();
}

std::string_view password_word(std::size_t index) {
    ASSERT(index < words().size());
    return words()[index];
}

}  // namespace klassenraum::accounts
