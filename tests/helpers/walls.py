"""Pages that hold no article: what they are called by, and their markup."""

WALLS = [
    (
        "consent, English",
        "consent_wall",
        (
            "<html lang='en'><head><title>Before you continue</title></head><body><h1>Before you continue to The "
            "Tidings</h1><p>We "
            "use cookies and data to deliver our services, to measure audiences and to show personalised content and "
            "ads. If "
            "you choose to accept, we and our partners will also use cookies for advertising.</p><button>Reject "
            "all</button>"
            "<button>Accept all</button></body></html>"
        ),
    ),
    (
        "consent, German",
        "consent_wall",
        (
            "<html lang='de'><head><title>Zustimmung</title></head><body><div class='cmp'><h1>Mit Werbung "
            "weiterlesen</h1><p>Wir "
            "und unsere Partner verwenden Cookies und ähnliche Technologien, um Werbung zu zeigen. Mit Ihrer "
            "Einwilligung "
            "werden personenbezogene Daten verarbeitet. Näheres steht in der Datenschutzerklärung.</p><button>Alle "
            "akzeptieren"
            "</button><p>Oder lesen Sie mit dem Pur-Abo ohne Tracking für 3,99 im Monat.</p></div></body></html>"
        ),
    ),
    (
        "consent, French",
        "consent_wall",
        (
            "<html lang='fr'><body><div id='didomi-host'><p>Avec votre consentement, nos partenaires et nous "
            "utilisons des cookies "
            "pour stocker et consulter des données personnelles comme votre visite sur ce site. Vous pouvez retirer "
            "votre "
            "consentement à tout moment dans notre politique de confidentialité.</p><button>Tout "
            "accepter</button></div></body>"
            "</html>"
        ),
    ),
    (
        "log-in, English",
        "login_wall",
        (
            "<html lang='en'><head><title>Log in</title></head><body><h1>Log in to continue</h1><p>This article is "
            "for members. Log "
            "in with your account or create a new one to go on reading.</p><form><input type='email'><input "
            "type='password'><button>Log in</button></form><p>Forgot your password? We can send you a new "
            "one.</p></body></html>"
        ),
    ),
    (
        "pay, Spanish",
        "login_wall",
        (
            "<html lang='es'><head><script "
            'type=\'application/ld+json\'>{"@type":"NewsArticle","isAccessibleForFree":false,'
            '"headline":"El puerto"}</script></head><body><h1>El puerto</h1><div class=\'paywall\'><p>Contenido '
            "exclusivo para "
            "suscriptores. Suscríbete para seguir leyendo. ¿Ya eres suscriptor? Inicia sesión.</p></div></body></html>"
        ),
    ),
    (
        "pay, German",
        "login_wall",
        (
            "<html lang='de'><body><h1>Der Hafen</h1><div class='offer'><p>Jetzt weiterlesen mit Plus. Dieser "
            "Artikel ist nur für "
            "Abonnenten. Sie haben schon ein Abo? Hier anmelden. Monatlich kündbar.</p></div></body></html>"
        ),
    ),
    (
        "drawn, empty",
        "script_drawn",
        (
            "<!doctype html><html><head><title>The Tidings</title></head><body><noscript>You need to enable "
            "JavaScript to run this "
            "app.</noscript><div id='root'></div><script src='/static/main.js'></script></body></html>"
        ),
    ),
    (
        "drawn, with a frame",
        "script_drawn",
        "<!doctype html><html><head><title>The Tidings</title></head><body><header><a href='/'>The "
        "Tidings</a></header><div "
        "id='__next'><div class='spinner'>Loading…</div></div><footer>Imprint</footer><script>window.__STATE__={\"a\":"
        + "1" * 3000
        + "}</script><script src='a.js'></script></body></html>",
    ),
    (
        "drawn, in words",
        "script_drawn",
        (
            "<html lang='de'><body><div class='app'><p>Bitte aktivieren Sie JavaScript in Ihrem Browser, um diese "
            "Seite zu "
            "sehen.</p></div><script src='a.js'></script></body></html>"
        ),
    ),
    (
        "robots",
        "robot_check",
        (
            "<html lang='en'><head><title>Just a moment...</title></head><body><h1>tidings.example</h1><p>Checking "
            "if the site "
            "connection is secure. Verify you are human by completing the action below. tidings.example needs to "
            "review the "
            "security of your connection before proceeding.</p><p>Ray ID: 85c1</p></body></html>"
        ),
    ),
    (
        "robots, denied",
        "robot_check",
        (
            "<html lang='en'><head><title>Access denied</title></head><body><h1>Access Denied</h1><p>You don't have "
            "permission to "
            "access this page on this server. Our systems have detected unusual traffic from your computer network. "
            "Please "
            "solve the CAPTCHA to continue.</p></body></html>"
        ),
    ),
]
